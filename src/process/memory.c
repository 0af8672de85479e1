// Memory that JavaScript holds. One function:
//
//   freeMemory(array: ArrayBufferView): void
//       gives the memory of a typed array back at once, when nobody needs it any more: it is empty then. Node.js may keep
//       much of it for long, because the little object that stands for it gives no reason to look for garbage
#define _GNU_SOURCE
#include "addon.h"
#include <errno.h>

static napi_value free_memory(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value array, memory;
  napi_get_cb_info(env, info, &count, &array, NULL, NULL);
  if (napi_get_typedarray_info(env, array, NULL, NULL, NULL, &memory, NULL) != napi_ok ||
      napi_detach_arraybuffer(env, memory) != napi_ok)
    return fail(env, EINVAL);
  return NULL;
}

void add_memory(napi_env env, napi_value exports) { add_function(env, exports, "freeMemory", free_memory); }
