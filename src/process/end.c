// The end of the process, without what Node.js does before it. One function:
//
//   exitNow(code: number): never          _exit(2)
#define _GNU_SOURCE
#include "addon.h"
#include <unistd.h>

static napi_value exit_now(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value code;
  int32_t value = 70;
  napi_get_cb_info(env, info, &count, &code, NULL, NULL);
  napi_get_value_int32(env, code, &value);
  _exit(value);
}

void add_end(napi_env env, napi_value exports) { add_function(env, exports, "exitNow", exit_now); }
