// A folder of links, made the same as another one. One function:
//
//   renewFolder(from: number, to: number, isNew: boolean): Promise<Buffer>
//       on another thread: makes the second folder hold what the first one holds, but for what lies in their folders, and
//       gives it its attributes. Names that lead to the same inode stay. Says what is left to do, by "KIND TYPE NAME" and
//       a NUL byte for each name; TYPE is find's letter, and KIND one of
//         =  a folder in both
//         -  in the second one, and not wanted
//         +  in the first one, and not in the second one
//         @  the folder itself, which has not got its attributes
//       Where a folder is missing, not wanted, or in the place of something else, nothing is changed; elsewhere only what
//       failed is left. A new folder holds nothing. Both must stay open meanwhile
//
// Fails with an Error whose `code` is the errno's name when one of them cannot be read.
#define _GNU_SOURCE
#include "../process/addon.h"
#include "folder.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** Of the two listings, this one. */
enum { WANTED, PRESENT };

struct difference {
  char kind, type;
  const char *name;
};

struct renewal {
  napi_async_work work;
  napi_deferred deferred;
  int32_t folders[2];
  bool is_new;
  struct listing listings[2];
  /** In the order of the names; what is done has no kind any more. */
  struct difference *differences;
  size_t count;
  int error;
};

static void free_renewal(struct renewal *renewal) {
  free_listing(&renewal->listings[WANTED]);
  free_listing(&renewal->listings[PRESENT]);
  free(renewal->differences);
  free(renewal);
}

static void note(struct renewal *renewal, char kind, const struct listing *listing, size_t index) {
  const struct entry *entry = &listing->entries[index];
  renewal->differences[renewal->count++] = (struct difference){kind, entry->type, listing->names + entry->name};
}

/** Which of the two names comes first; a listing that has ended comes last. */
static int order(const struct listing *wanted, size_t left, const struct listing *present, size_t right) {
  if (left == wanted->count) return 1;
  if (right == present->count) return -1;
  return strcmp(wanted->names + wanted->entries[left].name, present->names + present->entries[right].name);
}

static int compare(struct renewal *renewal) {
  const struct listing *wanted = &renewal->listings[WANTED], *present = &renewal->listings[PRESENT];
  renewal->differences = malloc((wanted->count + present->count + 1) * sizeof *renewal->differences);
  if (!renewal->differences) return -1;
  for (size_t left = 0, right = 0; left < wanted->count || right < present->count;) {
    int first = order(wanted, left, present, right);
    const struct entry *want = &wanted->entries[left], *have = &present->entries[right];
    if (first == 0 && want->type == have->type && (want->type == 'd' || want->inode == have->inode)) {
      if (want->type == 'd') note(renewal, '=', wanted, left);
    } else {
      if (first >= 0) note(renewal, '-', present, right);
      if (first <= 0) note(renewal, '+', wanted, left);
    }
    left += first <= 0;
    right += first >= 0;
  }
  return 0;
}

static bool is_left(const struct renewal *renewal, bool of_folders) {
  for (size_t index = 0; index < renewal->count; index++) {
    const struct difference *each = &renewal->differences[index];
    if ((each->kind == '-' || each->kind == '+') && (!of_folders || each->type == 'd')) return true;
  }
  return false;
}

/** A name that is given anew was removed just before: its removal comes first in the order. */
static void change_names(struct renewal *renewal) {
  int from = renewal->folders[WANTED], to = renewal->folders[PRESENT];
  for (size_t index = 0; index < renewal->count; index++) {
    struct difference *each = &renewal->differences[index];
    if (each->kind == '-' && unlinkat(to, each->name, 0) == 0) each->kind = 0;
    if (each->kind == '+' && linkat(from, each->name, to, each->name, 0) == 0) each->kind = 0;
  }
}

static void renew(napi_env env, void *data) {
  (void)env;
  struct renewal *renewal = data;
  if (read_sorted(renewal->folders[WANTED], &renewal->listings[WANTED]) < 0 ||
      (!renewal->is_new && read_sorted(renewal->folders[PRESENT], &renewal->listings[PRESENT]) < 0) ||
      compare(renewal) < 0) {
    renewal->error = errno;
    return;
  }
  if (!is_left(renewal, true)) change_names(renewal);
  if (is_left(renewal, false) || copy_all_attributes(renewal->folders[WANTED], renewal->folders[PRESENT]) < 0)
    renewal->differences[renewal->count++] = (struct difference){'@', 'd', "."};
}

static napi_value tell_what_is_left(napi_env env, const struct renewal *renewal) {
  napi_value result = NULL;
  size_t length = 0;
  for (size_t index = 0; index < renewal->count; index++) length += strlen(renewal->differences[index].name) + 5;
  char *text = malloc(length + 1), *end = text;
  if (!text) return NULL;
  for (size_t index = 0; index < renewal->count; index++) {
    const struct difference *each = &renewal->differences[index];
    if (!each->kind) continue;
    *end++ = each->kind;
    *end++ = ' ';
    *end++ = each->type;
    *end++ = ' ';
    end = stpcpy(end, each->name) + 1;
  }
  napi_create_buffer_copy(env, end - text, text, NULL, &result);
  free(text);
  return result;
}

static void end_renewal(napi_env env, napi_status status, void *data) {
  struct renewal *renewal = data;
  napi_value left = NULL;
  int error = status == napi_ok ? renewal->error : ECANCELED;
  if (!error && !(left = tell_what_is_left(env, renewal))) error = ENOMEM;
  if (error)
    napi_reject_deferred(env, renewal->deferred, error_of(env, error));
  else
    napi_resolve_deferred(env, renewal->deferred, left);
  napi_delete_async_work(env, renewal->work);
  free_renewal(renewal);
}

static napi_value renew_folder(napi_env env, napi_callback_info info) {
  size_t count = 3;
  napi_value arguments[3], promise, title;
  struct renewal *renewal = calloc(1, sizeof *renewal);
  if (!renewal) return fail(env, ENOMEM);
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  if (napi_get_value_int32(env, arguments[0], &renewal->folders[WANTED]) != napi_ok ||
      napi_get_value_int32(env, arguments[1], &renewal->folders[PRESENT]) != napi_ok ||
      napi_get_value_bool(env, arguments[2], &renewal->is_new) != napi_ok) {
    free_renewal(renewal);
    return fail(env, EINVAL);
  }
  napi_create_string_utf8(env, "bakup:renewFolder", NAPI_AUTO_LENGTH, &title);
  if (napi_create_promise(env, &renewal->deferred, &promise) != napi_ok ||
      napi_create_async_work(env, NULL, title, renew, end_renewal, renewal, &renewal->work) != napi_ok ||
      napi_queue_async_work(env, renewal->work) != napi_ok) {
    free_renewal(renewal);
    return fail(env, ENOMEM);
  }
  return promise;
}

void add_renewal(napi_env env, napi_value exports) {
  add_function(env, exports, "renewFolder", renew_folder);
}
