// The names that a folder gives to files, many changed at once. One function:
//
//   changeNames(from: number, to: number, removed: Uint8Array, linked: Uint8Array):
//       Promise<{ index: number; code: string }[]>
//       on another thread: removes files from the second folder, then gives it names of the first one as well, all
//       NUL-terminated. Says with which it failed, counted through both lists; both folders must stay open
//
// Throws an Error whose `code` is the errno's name.
#define _GNU_SOURCE
#include "../process/addon.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct changes {
  struct task task;
  int32_t from, to;
  /** Of every name, 0 when it was removed or given. */
  int *errors;
  /** The names to be removed come first. */
  size_t count, removed;
  char names[];
};

static void free_changes(struct changes *changes) {
  free(changes->errors);
  free(changes);
}

static void change_all(napi_env env, void *data) {
  (void)env;
  struct changes *changes = data;
  const char *name = changes->names;
  for (size_t index = 0; index < changes->count; index++, name += strlen(name) + 1) {
    int result = index < changes->removed ? unlinkat(changes->to, name, 0)
                                          : linkat(changes->from, name, changes->to, name, 0);
    changes->errors[index] = result < 0 ? errno : 0;
  }
}

static void tell_failures(napi_env env, napi_status status, void *data) {
  struct changes *changes = data;
  napi_value failures, failure, value;
  uint32_t found = 0;
  napi_create_array(env, &failures);
  for (size_t index = 0; index < changes->count; index++) {
    int error = status == napi_ok ? changes->errors[index] : ECANCELED;
    if (error == 0) continue;
    napi_create_object(env, &failure);
    napi_create_uint32(env, index, &value);
    napi_set_named_property(env, failure, "index", value);
    napi_create_string_utf8(env, name_of_error(error), NAPI_AUTO_LENGTH, &value);
    napi_set_named_property(env, failure, "code", value);
    napi_set_element(env, failures, found++, failure);
  }
  end_task(env, &changes->task, failures, NULL);
  free_changes(changes);
}

/** Appends NUL-terminated names. Returns how many they are. */
static size_t append_names(char *end, const char *names, size_t length) {
  size_t count = 0;
  if (length > 0) memcpy(end, names, length);
  for (size_t at = 0; at < length; at++) count += names[at] == 0;
  return count;
}

static napi_value change_names(napi_env env, napi_callback_info info) {
  size_t count = 4, length[2] = {0};
  napi_value arguments[4], promise = NULL;
  int32_t from = -1, to = -1;
  char *names[2] = {NULL};
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  if (napi_get_value_int32(env, arguments[0], &from) != napi_ok ||
      napi_get_value_int32(env, arguments[1], &to) != napi_ok)
    return fail(env, EINVAL);
  for (int list = 0; list < 2; list++)
    if (!bytes_of(env, arguments[2 + list], &names[list], &length[list]) ||
        (length[list] > 0 && names[list][length[list] - 1] != 0))
      return fail(env, EINVAL);
  struct changes *changes = calloc(1, sizeof *changes + length[0] + length[1]);
  if (!changes) return fail(env, ENOMEM);
  changes->from = from;
  changes->to = to;
  changes->removed = append_names(changes->names, names[0], length[0]);
  changes->count = changes->removed + append_names(changes->names + length[0], names[1], length[1]);
  changes->errors = calloc(changes->count + 1, sizeof *changes->errors);
  if (changes->errors)
    promise = begin_task(env, &changes->task, "bakup:changeNames", change_all, tell_failures, changes);
  if (promise) return promise;
  free_changes(changes);
  return fail(env, ENOMEM);
}

void add_name_changes(napi_env env, napi_value exports) {
  add_function(env, exports, "changeNames", change_names);
}
