// A walk through the folders of a tree, of which several threads look at the files.
#ifndef BAKUP_WALK_H
#define BAKUP_WALK_H

#include "../process/addon.h"
#include "folder.h"
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct folder {
  char *path;
  int fd;
  struct stat status;
  struct listing names;
  /** Pieces that still need it, and the walk while it is there; to be changed under the lock. */
  int users;
};

/** Some names of a folder. */
struct part {
  struct folder *folder;
  size_t from, to;
};

struct walk;
/** Of what is found, in the order of the walk. */
struct piece;

/** What makes one walk another than the next. */
struct kind {
  /**
   * Under the lock: the next names, at most so many of one folder. Returns 1, 0 at the end, or -1 with errno and the path.
   * The folder of a part is to be released, under the lock as well.
   */
  int (*next_part)(struct walk *walk, size_t most, struct part *part, char **culprit);
  /** Returns -1 and errno. */
  int (*print_part)(struct piece *piece, const struct part *part);
  /** When no piece is being made: lets go what the walk still has, early or at its end; there may be nothing any more. */
  void (*end)(struct walk *walk);
};

/** Folders are found by one piece after the other; their files are looked at at the same time. */
struct walk {
  const struct kind *kind;
  int top;
  dev_t device;
  pthread_mutex_t lock;
  pthread_cond_t turned;
  /** The piece whose turn it is to find folders, and the next one to be asked for. */
  uint64_t turn, next_turn;
  /** Nothing is to be found any more: after a failure, or when it was closed. */
  bool ended;
  /** JavaScript's walk, and the pieces; of the main thread. */
  int users;
};

/** `walk` is the first member of what was allocated for it; the last release frees that. */
void begin_walk(struct walk *walk, const struct kind *kind, int top);

/** On the main thread; the last user ends and frees it. */
void release_walk(struct walk *walk);

/** JavaScript's walk. */
napi_value give_walk(napi_env env, struct walk *walk);

struct walk *walk_of(const struct piece *piece);

/** Where so many bytes more can be written; NULL and errno. */
char *room_in(struct piece *piece, size_t bytes);

/** The bytes up to there have been written. */
void written_to(struct piece *piece, const char *end);

/** Opens a folder and reads what is in it, unless it lies on another file system. Takes the path. Returns NULL and errno. */
struct folder *open_folder_at(struct walk *walk, char *path, char **culprit);

void release_folder(struct folder *folder);

#endif
