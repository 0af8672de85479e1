// Whether anything has extended attributes. One function:
//
//   findAttributes(top: number, paths: Uint8Array): Promise<boolean>
//       on another thread: whether any of these paths below an open folder, which end with a NUL byte each, has an
//       extended attribute or an ACL; "." is the folder itself. Follows no link. What is not there has none; where it
//       cannot be told, one is. The top must stay open meanwhile
#define _GNU_SOURCE
#include "../tree/file-work.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct search {
  struct task task;
  int32_t top;
  char *paths;
  size_t length;
  bool found;
};

static bool has_any(struct place *place, int top, const char *path) {
  char *at = NULL;
  const char *name = enter(place, top, path, open_below);
  if (!name) return errno != ENOENT && errno != ENOTDIR;
  if (asprintf(&at, "/proc/self/fd/%d/%s", place->folder, name) < 0) return true;
  bool any = has_attributes_at(at);
  free(at);
  return any;
}

static void look(napi_env env, void *data) {
  (void)env;
  struct search *search = data;
  struct place place = {-1, NULL};
  for (size_t at = 0; at < search->length && !search->found; at += strlen(search->paths + at) + 1)
    search->found = has_any(&place, search->top, search->paths + at);
  leave(&place);
}

static void free_search(struct search *search) {
  free(search->paths);
  free(search);
}

static void tell(napi_env env, napi_status status, void *data) {
  struct search *search = data;
  napi_value found = NULL;
  napi_get_boolean(env, search->found, &found);
  end_task(env, &search->task, found, status == napi_ok ? NULL : error_of(env, ECANCELED));
  free_search(search);
}

static napi_value find_attributes(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2];
  char *paths = NULL;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  struct search *search = calloc(1, sizeof *search);
  if (!search) return fail(env, ENOMEM);
  int error = napi_get_value_int32(env, arguments[0], &search->top) != napi_ok ||
                  !bytes_of(env, arguments[1], &paths, &search->length) || search->length == 0 ||
                  paths[search->length - 1] != 0
                ? EINVAL
                : 0;
  if (!error && !(search->paths = malloc(search->length))) error = ENOMEM;
  if (!error) memcpy(search->paths, paths, search->length);
  napi_value promise = error ? NULL : begin_task(env, &search->task, "bakup:findAttributes", look, tell, search);
  if (promise) return promise;
  free_search(search);
  return fail(env, error ? error : ENOMEM);
}

void add_attribute_searches(napi_env env, napi_value exports) {
  add_function(env, exports, "findAttributes", find_attributes);
}
