// What the parts of the addon share.
#ifndef BAKUP_ADDON_H
#define BAKUP_ADDON_H

#define NAPI_VERSION 8
#include <node_api.h>

/** Throws an Error whose `code` is the errno's name. */
napi_value fail(napi_env env, int error);

/** An Error whose `code` is the errno's name. */
napi_value error_of(napi_env env, int error);

/** The errno's name, as Node.js gives it. */
const char *name_of_error(int error);

/** What another thread does, and the promise of it. */
struct task {
  napi_async_work work;
  napi_deferred deferred;
};

/** Has another thread do something; `complete` has to end the task. Returns the promise; NULL when it cannot be begun. */
napi_value begin_task(napi_env env, struct task *task, const char *name, napi_async_execute_callback execute,
                      napi_async_complete_callback complete, void *data);

/** Gives the promise its value, or the error where there is one. */
void end_task(napi_env env, struct task *task, napi_value value, napi_value error);

/** Ends a task that gives bytes. `error` is an errno, or 0. */
void end_task_with_bytes(napi_env env, struct task *task, int error, const void *bytes, size_t length);

/** The bytes of an argument that is a Uint8Array. Returns 0 when it is none. */
int bytes_of(napi_env env, napi_value value, char **data, size_t *length);

/** The same as text, to be freed. NULL and errno when it is none. */
char *text_of(napi_env env, napi_value value);

void add_function(napi_env env, napi_value exports, const char *name, napi_callback function);

/** Each adds its own to what the addon exports. */
void add_attribute_searches(napi_env env, napi_value exports);
void add_copies(napi_env env, napi_value exports);
void add_datagrams(napi_env env, napi_value exports);
void add_end(napi_env env, napi_value exports);
void add_folder_listings(napi_env env, napi_value exports);
void add_folders(napi_env env, napi_value exports);
void add_hashes(napi_env env, napi_value exports);
void add_locks(napi_env env, napi_value exports);
void add_memory(napi_env env, napi_value exports);
void add_name_changes(napi_env env, napi_value exports);
void add_pipes(napi_env env, napi_value exports);
void add_removal(napi_env env, napi_value exports);
void add_renewal(napi_env env, napi_value exports);
void add_surveys(napi_env env, napi_value exports);
void add_tree_listings(napi_env env, napi_value exports);
void add_walks(napi_env env, napi_value exports);

#endif
