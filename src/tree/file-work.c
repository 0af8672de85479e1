// What hashFiles and copyFiles have in common: the list of paths, the thread, each open file, and what is said of it.
#define _GNU_SOURCE
#include "file-work.h"
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool is_stopped(const struct file_work *work) { return __atomic_load_n(work->stop, __ATOMIC_RELAXED) != 0; }

void leave(struct place *place) {
  if (place->folder >= 0) close(place->folder);
  free(place->path);
  place->folder = -1;
  place->path = NULL;
}

const char *enter(struct place *place, int top, const char *path, int (*open_folder)(int top, const char *path)) {
  const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
  size_t length = slash ? slash - path : 0;
  if (place->path && strlen(place->path) == length && memcmp(place->path, path, length) == 0) return name;
  leave(place);
  place->path = strndup(path, length);
  place->folder = place->path ? open_folder(top, place->path) : -1;
  if (place->folder >= 0) return name;
  int error = errno;
  leave(place);
  errno = error;
  return NULL;
}

/** What cannot be opened, or is no regular file, is not worked on. */
static int open_and_work(const struct file_work *work, struct worker *worker, const char *path,
                         struct file_record *record) {
  struct place *place = &worker->places[0];
  struct file file = {.fd = -1, .path = path, .name = enter(place, work->tops[0], path, open_below)};
  int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, outcome = FAILED;
  if (file.name) file.fd = openat(place->folder, file.name, flags);
  if (file.fd < 0) return errno == ENOENT ? ABSENT : FAILED;
  if (fstat(file.fd, &file.status) == 0 && S_ISREG(file.status.st_mode))
    outcome = work->kind->work(work, worker, &file, record);
  close(file.fd);
  return outcome;
}

static void do_one(const struct file_work *work, struct worker *worker, const char *path, struct file_record *record) {
  int outcome = is_stopped(work) ? ABSENT : worker ? open_and_work(work, worker, path, record) : FAILED;
  record->outcome = htole64(outcome);
}

static void do_all(napi_env env, void *data) {
  (void)env;
  struct file_work *work = data;
  struct worker worker = {EVP_MD_CTX_new(), malloc(ROOM_BYTES), {{-1, NULL}, {-1, NULL}}};
  const char *path = work->paths;
  bool is_ready = worker.context && worker.room;
  for (size_t index = 0; index < work->count; index++, path += strlen(path) + 1)
    do_one(work, is_ready ? &worker : NULL, path, &work->records[index]);
  leave(&worker.places[0]);
  leave(&worker.places[1]);
  free(worker.room);
  EVP_MD_CTX_free(worker.context);
}

static void free_work(napi_env env, struct file_work *work) {
  if (work->stop_reference) napi_delete_reference(env, work->stop_reference);
  free(work->paths);
  free(work->records);
  free(work);
}

static void tell_records(napi_env env, napi_status status, void *data) {
  struct file_work *work = data;
  size_t length = work->count * sizeof *work->records;
  end_task_with_bytes(env, &work->task, status == napi_ok ? 0 : ECANCELED, work->records, length);
  free_work(env, work);
}

/** Nothing is in the work yet but its kind. Returns an errno. */
static int fill_work(napi_env env, struct file_work *work, const napi_value *arguments) {
  char *paths = NULL, *stop = NULL;
  size_t length = 0, stop_length = 0;
  const int tops = work->kind->tops;
  for (int index = 0; index < tops; index++)
    if (napi_get_value_int32(env, arguments[index], &work->tops[index]) != napi_ok) return EINVAL;
  if (!bytes_of(env, arguments[tops], &paths, &length) || length == 0 || paths[length - 1] != 0) return EINVAL;
  if (!bytes_of(env, arguments[tops + 1], &stop, &stop_length) || stop_length == 0) return EINVAL;
  work->stop = stop;
  for (size_t at = 0; at < length; at++) work->count += paths[at] == 0;
  work->paths = malloc(length);
  work->records = calloc(work->count, sizeof *work->records);
  if (!work->paths || !work->records) return ENOMEM;
  memcpy(work->paths, paths, length);
  return napi_create_reference(env, arguments[tops + 1], 1, &work->stop_reference) == napi_ok ? 0 : ENOMEM;
}

napi_value begin_file_work(napi_env env, napi_callback_info info, const struct file_work_kind *kind) {
  size_t count = kind->tops + 2;
  napi_value arguments[4];
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  struct file_work *work = calloc(1, sizeof *work);
  if (!work) return fail(env, ENOMEM);
  work->kind = kind;
  int error = fill_work(env, work, arguments);
  napi_value promise = error ? NULL : begin_task(env, &work->task, kind->name, do_all, tell_records, work);
  if (promise) return promise;
  free_work(env, work);
  return fail(env, error ? error : ENOMEM);
}
