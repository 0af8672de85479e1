// What the parts of the addon that work in folders share.
#ifndef BAKUP_FOLDER_H
#define BAKUP_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

/** One name: its type as find's letter, and where it begins among the names of its listing. */
struct entry {
  ino_t inode;
  char type;
  size_t name;
};

/** What was read of a folder; the names lie one behind the other. */
struct listing {
  struct entry *entries;
  size_t count, room;
  char *names;
  size_t used, size;
};

/** What find calls a type. */
char letter_of(mode_t mode);

/** Opens a folder by its path below an open one, name by name, and follows no link. Returns -1 and errno. */
int open_below(int top, const char *path);

/** The same; a folder of the path that is missing is made, for its owner only. */
int make_below(int top, const char *path);

/** Lists an open folder, in the system's order. Returns -1 and errno when it cannot be read to its end. */
int read_entries(int fd, struct listing *listing);

/** The same, sorted by the names' bytes. */
int read_sorted(int fd, struct listing *listing);

void free_listing(struct listing *listing);

/** What tells the contents of a file from others: numbers with the lowest byte first; the time is that of the contents. */
struct facts {
  uint64_t inode, size;
  int64_t seconds;
  uint64_t nanoseconds;
};

struct facts facts_of(const struct stat *status);

bool is_same_time(struct timespec one, struct timespec other);

/** Gives one folder or file the attributes of the other, as copyAttributes says. Returns -1 and errno. */
int copy_all_attributes(int from, int to);

/** Whether an open file has extended attributes or an ACL, or it cannot be told. */
bool has_attributes(int fd);

/** The same of what has this path, which may be a link; what is not there has none. */
bool has_attributes_at(const char *path);

/**
 * The extended attributes of what has this path, as readAttributes says, to be freed; NULL where there are none. Returns
 * -1 and errno.
 */
int attributes_of(const char *path, char **text, size_t *length);

#endif
