// The lock of an open file, which Node.js does not take. One function:
//
//   lockFile(fd: number): boolean
//       takes it for all that share the open file, as flock(2) does; false when somebody else has it. Never waits
//
// Throws an Error whose `code` is the errno's name.
#define _GNU_SOURCE
#include "../process/addon.h"
#include <errno.h>
#include <sys/file.h>

static napi_value lock_file(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument, result = NULL;
  int32_t fd = -1;
  int outcome;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  if (napi_get_value_int32(env, argument, &fd) != napi_ok) return fail(env, EINVAL);
  do outcome = flock(fd, LOCK_EX | LOCK_NB);
  while (outcome < 0 && errno == EINTR);
  if (outcome < 0 && errno != EWOULDBLOCK) return fail(env, errno);
  napi_get_boolean(env, outcome == 0, &result);
  return result;
}

void add_locks(napi_env env, napi_value exports) { add_function(env, exports, "lockFile", lock_file); }
