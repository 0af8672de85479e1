// The system calls that Node.js does not have. addon.ts loads what comes of this.
#define _GNU_SOURCE
#include "addon.h"
#include <errno.h>
#include <string.h>

const char *name_of_error(int error) {
  const char *name = strerrorname_np(error);
  return name ? name : "EIO";
}

napi_value fail(napi_env env, int error) {
  napi_throw_error(env, name_of_error(error), strerror(error));
  return NULL;
}

napi_value error_of(napi_env env, int error) {
  napi_value code, message, result = NULL;
  napi_create_string_utf8(env, name_of_error(error), NAPI_AUTO_LENGTH, &code);
  napi_create_string_utf8(env, strerror(error), NAPI_AUTO_LENGTH, &message);
  napi_create_error(env, code, message, &result);
  return result;
}

napi_value begin_task(napi_env env, struct task *task, const char *name, napi_async_execute_callback execute,
                      napi_async_complete_callback complete, void *data) {
  napi_value title, promise;
  task->work = NULL;
  napi_create_string_utf8(env, name, NAPI_AUTO_LENGTH, &title);
  if (napi_create_promise(env, &task->deferred, &promise) == napi_ok &&
      napi_create_async_work(env, NULL, title, execute, complete, data, &task->work) == napi_ok &&
      napi_queue_async_work(env, task->work) == napi_ok)
    return promise;
  if (task->work) napi_delete_async_work(env, task->work);
  return NULL;
}

void end_task(napi_env env, struct task *task, napi_value value, napi_value error) {
  if (error)
    napi_reject_deferred(env, task->deferred, error);
  else
    napi_resolve_deferred(env, task->deferred, value);
  napi_delete_async_work(env, task->work);
}

void end_task_with_bytes(napi_env env, struct task *task, int error, const void *bytes, size_t length) {
  napi_value value = NULL;
  if (!error && napi_create_buffer_copy(env, length, bytes, NULL, &value) != napi_ok) error = ENOMEM;
  end_task(env, task, value, error ? error_of(env, error) : NULL);
}

int bytes_of(napi_env env, napi_value value, char **data, size_t *length) {
  bool is_typed_array = false;
  void *start = NULL;
  if (napi_is_typedarray(env, value, &is_typed_array) != napi_ok || !is_typed_array) return 0;
  if (napi_get_typedarray_info(env, value, NULL, length, &start, NULL, NULL) != napi_ok) return 0;
  *data = start;
  return 1;
}

char *text_of(napi_env env, napi_value value) {
  char *bytes = NULL;
  size_t length = 0;
  errno = EINVAL;
  return bytes_of(env, value, &bytes, &length) ? strndup(length > 0 ? bytes : "", length) : NULL;
}

void add_function(napi_env env, napi_value exports, const char *name, napi_callback callback) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, NULL, &function);
  napi_set_named_property(env, exports, name, function);
}

NAPI_MODULE_INIT() {
  add_attribute_searches(env, exports);
  add_copies(env, exports);
  add_datagrams(env, exports);
  add_end(env, exports);
  add_folder_listings(env, exports);
  add_folders(env, exports);
  add_hashes(env, exports);
  add_locks(env, exports);
  add_memory(env, exports);
  add_name_changes(env, exports);
  add_pipes(env, exports);
  add_removal(env, exports);
  add_renewal(env, exports);
  add_surveys(env, exports);
  add_tree_listings(env, exports);
  add_walks(env, exports);
  return exports;
}
