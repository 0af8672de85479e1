// The listing of a tree, as find would print it. One function:
//
//   openListing(top: number, pruned: Uint8Array, since: bigint, mark: Uint8Array): Walk
//       begins to list an open folder and all below it that lies on the same file system. `pruned` is an extended regular
//       expression for the paths, from the top and without a slash before them, of folders to leave out with all that is
//       in them; empty for none. The top must stay open. Its records, each with a NUL byte behind it, are as find prints
//       "%y%m %i %n %U:%G %s %T@ %C@ %P". Those whose inode changed after `since` (nanoseconds since 1970) have the mark
//       and a blank before them. The records of a folder and its files lie together; the order is the same every time.
//       What vanishes meanwhile is left out
//
// Throws an Error whose `code` is the errno's name.
#define _GNU_SOURCE
#include "walk.h"
#include <errno.h>
#include <fcntl.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/** With more names in a folder it is read in the order of the inodes, which lie in that order on the disk. */
#define MANY_NAMES 10000

struct listing_walk {
  struct walk walk;
  int64_t since;
  char *mark;
  bool has_pruned;
  regex_t pruned;
  /** Paths of folders that are still to be listed; the last one comes next. */
  char **waiting;
  size_t count, room;
  /** The folder at hand, if any, how many of its names are in pieces, and how many folders waited before it. */
  struct folder *folder;
  size_t done, before;
};

static int push(struct listing_walk *walk, char *path) {
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

static int wait_for_folder(struct listing_walk *walk, const char *name) {
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

/** Begins with the next folder; one that has vanished is left out. */
static int enter_folder(struct listing_walk *walk, char **culprit) {
  char *path = walk->waiting[--walk->count];
  bool is_top = !*path;
  struct folder *folder = open_folder_at(&walk->walk, path, culprit);
  if (!folder) {
    if (errno != ENOENT || is_top) return -1;
    free(*culprit);
    *culprit = NULL;
    return 0;
  }
  if (folder->names.count > MANY_NAMES) qsort(folder->names.entries, folder->names.count, sizeof(struct entry), by_inode);
  walk->folder = folder;
  walk->done = 0;
  walk->before = walk->count;
  return 0;
}

/** What waits since this folder was entered is to come in the order in which it was met. */
static void leave_folder(struct listing_walk *walk) {
  for (size_t low = walk->before, high = walk->count; low + 1 < high; low++, high--) {
    char *path = walk->waiting[low];
    walk->waiting[low] = walk->waiting[high - 1];
    walk->waiting[high - 1] = path;
  }
  release_folder(walk->folder);
  walk->folder = NULL;
}

static int next_part(struct walk *base, size_t most, struct part *part, char **culprit) {
  struct listing_walk *walk = (struct listing_walk *)base;
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

/** All numbers of a record. */
#define MOST_BESIDE_PATH 256

static int print_record(struct piece *piece, const struct folder *folder, const struct stat *status, const char *name) {
  const struct listing_walk *walk = (struct listing_walk *)walk_of(piece);
  const char *path = folder->path;
  char *end = room_in(piece, strlen(walk->mark) + strlen(path) + strlen(name) + MOST_BESIDE_PATH);
  if (!end) return -1;
  int64_t changed = (int64_t)status->st_ctim.tv_sec * 1000000000 + status->st_ctim.tv_nsec;
  if (changed > walk->since) {
    end = stpcpy(end, walk->mark);
    *end++ = ' ';
  }
  end += sprintf(end, "%c%o %ju %ju %u:%u %jd %jd.%09ld0 %jd.%09ld0 ", letter_of(status->st_mode),
                 (unsigned)(status->st_mode & 07777), (uintmax_t)status->st_ino, (uintmax_t)status->st_nlink,
                 (unsigned)status->st_uid, (unsigned)status->st_gid, (intmax_t)status->st_size,
                 (intmax_t)status->st_mtim.tv_sec, status->st_mtim.tv_nsec, (intmax_t)status->st_ctim.tv_sec,
                 status->st_ctim.tv_nsec);
  end = stpcpy(end, path);
  if (*path && *name) *end++ = '/';
  end = stpcpy(end, name) + 1;
  written_to(piece, end);
  return 0;
}

/** A file in whose place a folder has come meanwhile: the next listing finds what is in there. */
static int print_part(struct piece *piece, const struct part *part) {
  const struct folder *folder = part->folder;
  struct stat status;
  if (part->from == 0 && print_record(piece, folder, &folder->status, "") < 0) return -1;
  for (size_t index = part->from; index < part->to; index++) {
    const struct entry *entry = &folder->names.entries[index];
    const char *name = folder->names.names + entry->name;
    if (entry->type == 'd') continue;
    if (fstatat(folder->fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0) {
      if (errno == ENOENT) continue;
      return -1;
    }
    if (print_record(piece, folder, &status, name) < 0) return -1;
  }
  return 0;
}

static void end_listing(struct walk *base) {
  struct listing_walk *walk = (struct listing_walk *)base;
  if (walk->folder) release_folder(walk->folder);
  walk->folder = NULL;
  while (walk->count > 0) free(walk->waiting[--walk->count]);
  free(walk->waiting);
  walk->waiting = NULL;
  walk->room = 0;
  if (walk->has_pruned) regfree(&walk->pruned);
  walk->has_pruned = false;
  free(walk->mark);
  walk->mark = NULL;
}

static const struct kind LISTING = {next_part, print_part, end_listing};

/** Returns an errno, or 0. */
static int prepare(struct listing_walk *walk, const char *pruned) {
  if (!walk->mark || push(walk, strdup("")) < 0) return ENOMEM;
  walk->has_pruned = *pruned && regcomp(&walk->pruned, pruned, REG_EXTENDED | REG_NOSUB) == 0;
  return *pruned && !walk->has_pruned ? EINVAL : 0;
}

static napi_value open_listing(napi_env env, napi_callback_info info) {
  size_t count = 4;
  napi_value arguments[4];
  int32_t top = -1;
  int64_t since = 0;
  bool lossless = false;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  if (napi_get_value_int32(env, arguments[0], &top) != napi_ok ||
      napi_get_value_bigint_int64(env, arguments[2], &since, &lossless) != napi_ok)
    return fail(env, EINVAL);
  char *pruned = text_of(env, arguments[1]);
  struct listing_walk *walk = pruned ? calloc(1, sizeof *walk) : NULL;
  if (!walk) {
    free(pruned);
    return fail(env, errno);
  }
  begin_walk(&walk->walk, &LISTING, top);
  walk->since = since;
  walk->mark = text_of(env, arguments[3]);
  int error = prepare(walk, pruned);
  free(pruned);
  if (!error) return give_walk(env, &walk->walk);
  release_walk(&walk->walk);
  return fail(env, error);
}

void add_tree_listings(napi_env env, napi_value exports) {
  add_function(env, exports, "openListing", open_listing);
}
