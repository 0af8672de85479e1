// A walk through the folders of a tree, of which several threads look at the files.
#ifndef BAKUP_WALK_TREE_H
#define BAKUP_WALK_TREE_H

#include "folder.h"
#include <pthread.h>
#include <regex.h>
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

/** Folders are found by one piece of a listing after the other; their files are looked at at the same time. */
struct walk {
  int top;
  dev_t device;
  int64_t since;
  char *mark;
  bool has_pruned;
  regex_t pruned;
  pthread_mutex_t lock;
  pthread_cond_t turned;
  /** The piece whose turn it is to find folders, and the next one to be asked for. */
  uint64_t turn, next_turn;
  /** Paths of folders that are still to be listed; the last one comes next. */
  char **waiting;
  size_t count, room;
  /** The folder at hand, if any, how many of its names are in pieces, and how many folders waited before it. */
  struct folder *folder;
  size_t done, before;
  /** Nothing is to be found any more: after a failure, or when it was closed. */
  bool ended;
  /** JavaScript's listing, and the pieces; of the main thread. */
  int users;
};

/** Some names of a folder; with the first ones comes the folder itself. */
struct part {
  struct folder *folder;
  size_t from, to;
};

/**
 * Begins at an open folder, which must stay open. `pruned` is the extended regular expression of folders to leave out;
 * empty for none. Returns NULL and errno.
 */
struct walk *begin_walk(int top, const char *pruned, int64_t since, const char *mark);

/** On the main thread; the last user frees it. */
void release_walk(struct walk *walk);

/**
 * Under the lock: the next names, at most so many of one folder. Returns 1, 0 at the end, or -1 with errno and the path.
 * The folder of a part is to be released, under the lock as well.
 */
int next_part(struct walk *walk, size_t most, struct part *part, char **culprit);

void release_folder(struct folder *folder);

#endif
