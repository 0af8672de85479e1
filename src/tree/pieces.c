// Walks through trees, read piece by piece. Two functions, for what openListing and openSurvey give:
//
//   readWalk(walk: Walk): Promise<Buffer | null>
//       on another thread: the next records; null at the end. May be called again before it has answered: the pieces are
//       made at the same time, and their order is that of the calls
//   closeWalk(walk: Walk): void
//       lets go what an unfinished walk has open, when no piece is being made; there is nothing to read any more
//
// They fail with an Error whose `code` is the errno's name, and whose message has the path.
#define _GNU_SOURCE
#include "walk.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
    found = walk->kind->next_part(walk, MOST_NAMES - names, part, &piece->culprit);
    if (found > 0) {
      names += part->to - part->from;
      piece->count++;
    }
  }
  return found;
}

struct walk *walk_of(const struct piece *piece) { return piece->walk; }

char *room_in(struct piece *piece, size_t bytes) {
  if (piece->used + bytes > piece->size) {
    size_t size = piece->size * 2 + bytes;
    char *text = realloc(piece->text, size);
    if (!text) return NULL;
    piece->text = text;
    piece->size = size;
  }
  return piece->text + piece->used;
}

void written_to(struct piece *piece, const char *end) { piece->used = end - piece->text; }

static void free_folder(struct folder *folder) {
  if (folder->fd >= 0) close(folder->fd);
  free_listing(&folder->names);
  free(folder->path);
  free(folder);
}

void release_folder(struct folder *folder) {
  if (--folder->users == 0) free_folder(folder);
}

static int look_into(struct walk *walk, struct folder *folder) {
  if (fstat(folder->fd, &folder->status) < 0) return -1;
  if (!*folder->path) walk->device = folder->status.st_dev;
  return folder->status.st_dev == walk->device ? read_entries(folder->fd, &folder->names) : 0;
}

struct folder *open_folder_at(struct walk *walk, char *path, char **culprit) {
  struct folder *folder = calloc(1, sizeof *folder);
  if (!folder) {
    free(path);
    return NULL;
  }
  folder->path = path;
  folder->users = 1;
  folder->fd = open_below(walk->top, path);
  if (folder->fd >= 0 && look_into(walk, folder) == 0) return folder;
  int error = errno;
  free(*culprit);
  *culprit = strdup(*path ? path : ".");
  free_folder(folder);
  errno = error;
  return NULL;
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
    if (walk->kind->print_part(piece, &piece->parts[index]) == 0) continue;
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

void begin_walk(struct walk *walk, const struct kind *kind, int top) {
  walk->kind = kind;
  walk->top = top;
  walk->users = 1;
  pthread_mutex_init(&walk->lock, NULL);
  pthread_cond_init(&walk->turned, NULL);
}

void release_walk(struct walk *walk) {
  if (--walk->users > 0) return;
  walk->kind->end(walk);
  pthread_cond_destroy(&walk->turned);
  pthread_mutex_destroy(&walk->lock);
  free(walk);
}

static void drop_walk(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  release_walk(data);
}

napi_value give_walk(napi_env env, struct walk *walk) {
  napi_value result = NULL;
  if (napi_create_external(env, walk, drop_walk, NULL, &result) == napi_ok) return result;
  release_walk(walk);
  return fail(env, ENOMEM);
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

static struct walk *walk_argument(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  void *walk = NULL;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  return napi_get_value_external(env, argument, &walk) == napi_ok ? walk : NULL;
}

static napi_value close_walk(napi_env env, napi_callback_info info) {
  struct walk *walk = walk_argument(env, info);
  if (!walk) return fail(env, EINVAL);
  walk->ended = true;
  walk->kind->end(walk);
  return NULL;
}

static napi_value read_walk(napi_env env, napi_callback_info info) {
  struct walk *walk = walk_argument(env, info);
  if (!walk) return fail(env, EINVAL);
  struct piece *piece = calloc(1, sizeof *piece);
  if (!piece) return fail(env, ENOMEM);
  piece->walk = walk;
  walk->users++;
  piece->turn = walk->next_turn;
  napi_value promise = begin_task(env, &piece->task, "bakup:readWalk", make_piece, tell_piece, piece);
  if (!promise) {
    free_piece(piece);
    return fail(env, ENOMEM);
  }
  walk->next_turn++;
  return promise;
}

void add_walks(napi_env env, napi_value exports) {
  add_function(env, exports, "readWalk", read_walk);
  add_function(env, exports, "closeWalk", close_walk);
}
