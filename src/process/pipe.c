// A pipe that Node.js does not make. One function:
//
//   makePipe(): { readEnd: number; writeEnd: number }
//       reading never waits, writing does; it holds 1 MiB where the system allows that
//
// Throws an Error whose `code` is the errno's name.
#define _GNU_SOURCE
#include "addon.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define CAPACITY (1 << 20)

static void set_end(napi_env env, napi_value result, const char *name, int fd) {
  napi_value number;
  napi_create_int32(env, fd, &number);
  napi_set_named_property(env, result, name, number);
}

static napi_value make_pipe(napi_env env, napi_callback_info info) {
  (void)info;
  int ends[2];
  napi_value result;
  if (pipe2(ends, O_CLOEXEC) < 0) return fail(env, errno);
  if (fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0) {
    int error = errno;
    close(ends[0]);
    close(ends[1]);
    return fail(env, error);
  }
  fcntl(ends[1], F_SETPIPE_SZ, CAPACITY);
  napi_create_object(env, &result);
  set_end(env, result, "readEnd", ends[0]);
  set_end(env, result, "writeEnd", ends[1]);
  return result;
}

void add_pipes(napi_env env, napi_value exports) { add_function(env, exports, "makePipe", make_pipe); }
