// The order of a listing: see list-tree.c.
#define _GNU_SOURCE
#include "walk-tree.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** With more names in a folder it is read in the order of the inodes, which lie in that order on the disk. */
#define MANY_NAMES 10000

static void free_folder(struct folder *folder) {
  if (folder->fd >= 0) close(folder->fd);
  free_listing(&folder->names);
  free(folder->path);
  free(folder);
}

void release_folder(struct folder *folder) {
  if (--folder->users == 0) free_folder(folder);
}

static int push(struct walk *walk, char *path) {
  if (!path) return -1;
  if (walk->count == walk->room) {
    size_t room = walk->room ? walk->room * 2 : 64;
    char **waiting = reallocarray(walk->waiting, room, sizeof *waiting);
    if (!waiting) {
      free(path);
      return -1;
    }
    walk->waiting = waiting;
    walk->room = room;
  }
  walk->waiting[walk->count++] = path;
  return 0;
}

static int wait_for_folder(struct walk *walk, const char *name) {
  char *path = NULL;
  const char *above = walk->folder->path;
  if (asprintf(&path, "%s%s%s", above, *above ? "/" : "", name) < 0) return -1;
  if (walk->has_pruned && regexec(&walk->pruned, path, 0, NULL, 0) == 0) {
    free(path);
    return 0;
  }
  return push(walk, path);
}

static int by_inode(const void *a, const void *b) {
  const struct entry *left = a, *right = b;
  return (left->inode > right->inode) - (left->inode < right->inode);
}

static int look_into(struct walk *walk, struct folder *folder) {
  if (fstat(folder->fd, &folder->status) < 0) return -1;
  if (!*folder->path) walk->device = folder->status.st_dev;
  if (folder->status.st_dev != walk->device) return 0;
  if (read_entries(folder->fd, &folder->names) < 0) return -1;
  if (folder->names.count > MANY_NAMES) qsort(folder->names.entries, folder->names.count, sizeof(struct entry), by_inode);
  return 0;
}

/** Begins with the next folder; one that has vanished is left out. */
static int enter_folder(struct walk *walk, char **culprit) {
  struct folder *folder = calloc(1, sizeof *folder);
  if (!folder) return -1;
  folder->path = walk->waiting[--walk->count];
  folder->fd = open_below(walk->top, folder->path);
  if (folder->fd >= 0 && look_into(walk, folder) == 0) {
    folder->users = 1;
    walk->folder = folder;
    walk->done = 0;
    walk->before = walk->count;
    return 0;
  }
  int error = errno;
  bool has_vanished = folder->fd < 0 && error == ENOENT && *folder->path;
  if (!has_vanished) *culprit = strdup(*folder->path ? folder->path : ".");
  free_folder(folder);
  errno = error;
  return has_vanished ? 0 : -1;
}

/** What waits since this folder was entered is to come in the order in which it was met. */
static void leave_folder(struct walk *walk) {
  for (size_t low = walk->before, high = walk->count; low + 1 < high; low++, high--) {
    char *path = walk->waiting[low];
    walk->waiting[low] = walk->waiting[high - 1];
    walk->waiting[high - 1] = path;
  }
  release_folder(walk->folder);
  walk->folder = NULL;
}

int next_part(struct walk *walk, size_t most, struct part *part, char **culprit) {
  while (!walk->folder) {
    if (walk->count == 0) return 0;
    if (enter_folder(walk, culprit) < 0) return -1;
  }
  struct folder *folder = walk->folder;
  size_t left = folder->names.count - walk->done, from = walk->done, to = from + (left < most ? left : most);
  for (size_t index = from; index < to; index++) {
    const struct entry *entry = &folder->names.entries[index];
    if (entry->type == 'd' && wait_for_folder(walk, folder->names.names + entry->name) < 0) return -1;
  }
  folder->users++;
  *part = (struct part){folder, from, to};
  walk->done = to;
  if (to == folder->names.count) leave_folder(walk);
  return 1;
}

struct walk *begin_walk(int top, const char *pruned, int64_t since, const char *mark) {
  struct walk *walk = calloc(1, sizeof *walk);
  if (!walk) return NULL;
  walk->users = 1;
  walk->top = top;
  walk->since = since;
  walk->mark = strdup(mark);
  pthread_mutex_init(&walk->lock, NULL);
  pthread_cond_init(&walk->turned, NULL);
  walk->has_pruned = *pruned && regcomp(&walk->pruned, pruned, REG_EXTENDED | REG_NOSUB) == 0;
  int error = *pruned && !walk->has_pruned ? EINVAL : !walk->mark || push(walk, strdup("")) < 0 ? ENOMEM : 0;
  if (!error) return walk;
  release_walk(walk);
  errno = error;
  return NULL;
}

void release_walk(struct walk *walk) {
  if (--walk->users > 0) return;
  if (walk->folder) release_folder(walk->folder);
  while (walk->count > 0) free(walk->waiting[--walk->count]);
  if (walk->has_pruned) regfree(&walk->pruned);
  pthread_cond_destroy(&walk->turned);
  pthread_mutex_destroy(&walk->lock);
  free(walk->waiting);
  free(walk->mark);
  free(walk);
}
