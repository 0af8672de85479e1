// The listing of a tree, as find would print it. Three functions:
//
//   openListing(top: number, pruned: Uint8Array, since: bigint, mark: Uint8Array): Listing
//       begins to list an open folder and all below it that lies on the same file system. `pruned` is an extended regular
//       expression for the paths, from the top and without a slash before them, of folders to leave out with all that is
//       in them; empty for none. The top must stay open
//   readListing(listing: Listing): Promise<Buffer | null>
//       on another thread: the next records, each with a NUL byte behind it, as find prints "%y%m %i %n %U:%G %s %T@ %C@
//       %P"; null at the end. Those whose inode changed after `since` (nanoseconds since 1970) have the mark and a blank
//       before them. The records of a folder and its files lie together; the order is the same every time. What vanishes
//       meanwhile is left out. May be called again before it has answered: the pieces are made at the same time, and
//       their order is that of the calls
//   closeListing(listing: Listing): void
//       lets go what an unfinished listing has open, when no piece is being made; there is nothing to read any more
//
// Fails with an Error whose `code` is the errno's name, and whose message has the path.
#define _GNU_SOURCE
#include "../process/addon.h"
#include "walk-tree.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/** So many names are in a piece at most, and so many folders: each is open meanwhile. */
#define MOST_NAMES 2000
#define MOST_FOLDERS 100

struct piece {
  struct task task;
  struct walk *walk;
  uint64_t turn;
  struct part parts[MOST_FOLDERS];
  size_t count;
  char *text;
  size_t used, size;
  /** With the path at which it was met. */
  int error;
  char *culprit;
};

/** Under the lock. */
static int find_parts(struct walk *walk, struct piece *piece) {
  int found = 1;
  for (size_t names = 0; found > 0 && names < MOST_NAMES && piece->count < MOST_FOLDERS;) {
    struct part *part = &piece->parts[piece->count];
    found = next_part(walk, MOST_NAMES - names, part, &piece->culprit);
    if (found > 0) {
      names += part->to - part->from;
      piece->count++;
    }
  }
  return found;
}

/** All numbers of a record. */
#define MOST_BESIDE_PATH 256

static int print_record(struct piece *piece, const struct folder *folder, const struct stat *status, const char *name) {
  const char *mark = piece->walk->mark, *path = folder->path;
  size_t most = strlen(mark) + strlen(path) + strlen(name) + MOST_BESIDE_PATH;
  if (piece->used + most > piece->size) {
    size_t size = piece->size * 2 + most;
    char *text = realloc(piece->text, size);
    if (!text) return -1;
    piece->text = text;
    piece->size = size;
  }
  char *end = piece->text + piece->used;
  int64_t changed = (int64_t)status->st_ctim.tv_sec * 1000000000 + status->st_ctim.tv_nsec;
  if (changed > piece->walk->since) {
    end = stpcpy(end, mark);
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
  piece->used = end - piece->text;
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

static void make_piece(napi_env env, void *data) {
  (void)env;
  struct piece *piece = data;
  struct walk *walk = piece->walk;
  pthread_mutex_lock(&walk->lock);
  while (walk->turn != piece->turn) pthread_cond_wait(&walk->turned, &walk->lock);
  if (!walk->ended && find_parts(walk, piece) < 0) {
    piece->error = errno;
    walk->ended = true;
  }
  walk->turn++;
  pthread_cond_broadcast(&walk->turned);
  pthread_mutex_unlock(&walk->lock);
  for (size_t index = 0; index < piece->count && !piece->error; index++) {
    if (print_part(piece, &piece->parts[index]) == 0) continue;
    piece->error = errno;
    piece->culprit = strdup(piece->parts[index].folder->path);
  }
  pthread_mutex_lock(&walk->lock);
  for (size_t index = 0; index < piece->count; index++) release_folder(piece->parts[index].folder);
  pthread_mutex_unlock(&walk->lock);
}

static napi_value error_at(napi_env env, int error, const char *path) {
  napi_value code, message, result = NULL;
  char *text = NULL;
  if (asprintf(&text, "%s: %s", path ? path : ".", strerror(error)) < 0) return error_of(env, error);
  napi_create_string_utf8(env, name_of_error(error), NAPI_AUTO_LENGTH, &code);
  napi_create_string_latin1(env, text, NAPI_AUTO_LENGTH, &message);
  napi_create_error(env, code, message, &result);
  free(text);
  return result;
}

static void drop_listing(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  release_walk(data);
}

static void free_piece(struct piece *piece) {
  release_walk(piece->walk);
  free(piece->text);
  free(piece->culprit);
  free(piece);
}

static void tell_piece(napi_env env, napi_status status, void *data) {
  struct piece *piece = data;
  napi_value text = NULL;
  int error = status == napi_ok ? piece->error : ECANCELED;
  if (piece->used == 0)
    napi_get_null(env, &text);
  else if (napi_create_buffer_copy(env, piece->used, piece->text, NULL, &text) != napi_ok && !error)
    error = ENOMEM;
  end_task(env, &piece->task, text, error ? error_at(env, error, piece->culprit) : NULL);
  free_piece(piece);
}

/** The bytes of an argument, as text. NULL and errno when it is none. */
static char *text_of(napi_env env, napi_value value) {
  char *bytes = NULL;
  size_t length = 0;
  errno = EINVAL;
  return bytes_of(env, value, &bytes, &length) ? strndup(length > 0 ? bytes : "", length) : NULL;
}

static napi_value open_listing(napi_env env, napi_callback_info info) {
  size_t count = 4;
  napi_value arguments[4], result = NULL;
  int32_t top = -1;
  int64_t since = 0;
  bool lossless = false;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  if (napi_get_value_int32(env, arguments[0], &top) != napi_ok ||
      napi_get_value_bigint_int64(env, arguments[2], &since, &lossless) != napi_ok)
    return fail(env, EINVAL);
  char *pruned = text_of(env, arguments[1]), *mark = text_of(env, arguments[3]);
  struct walk *walk = pruned && mark ? begin_walk(top, pruned, since, mark) : NULL;
  int error = errno;
  free(pruned);
  free(mark);
  if (!walk) return fail(env, error);
  if (napi_create_external(env, walk, drop_listing, NULL, &result) == napi_ok) return result;
  release_walk(walk);
  return fail(env, ENOMEM);
}

static napi_value close_listing(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  void *data = NULL;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  if (napi_get_value_external(env, argument, &data) != napi_ok) return fail(env, EINVAL);
  struct walk *walk = data;
  walk->ended = true;
  if (walk->folder) release_folder(walk->folder);
  walk->folder = NULL;
  return NULL;
}

static napi_value read_listing(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  void *walk = NULL;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  if (napi_get_value_external(env, argument, &walk) != napi_ok) return fail(env, EINVAL);
  struct piece *piece = calloc(1, sizeof *piece);
  if (!piece) return fail(env, ENOMEM);
  piece->walk = walk;
  piece->walk->users++;
  piece->turn = piece->walk->next_turn;
  napi_value promise = begin_task(env, &piece->task, "bakup:readListing", make_piece, tell_piece, piece);
  if (!promise) {
    free_piece(piece);
    return fail(env, ENOMEM);
  }
  piece->walk->next_turn++;
  return promise;
}

void add_tree_listings(napi_env env, napi_value exports) {
  add_function(env, exports, "openListing", open_listing);
  add_function(env, exports, "readListing", read_listing);
  add_function(env, exports, "closeListing", close_listing);
}
