// Hashes of files. One function:
//
//   hashFiles(top: number, paths: Uint8Array, stop: Uint8Array): Promise<Buffer>
//       on another thread: reads regular files below an open folder, whose paths end with a NUL byte each, and follows no
//       link. Gives 64 bytes for each, numbers with the lowest byte first: 8 for what came of it (1 hashed, 2 not there, 3 no
//       regular file, or it could not be read, or had another size at the end), 8 for the inode, 8 for the size, 8 for the
//       time of the contents (nanoseconds since 1970), 32 for the SHA-256. When the first byte of `stop` is set, no more
//       is read: what is left counts as not there. The top must stay open meanwhile
#define _GNU_SOURCE
#include "../../process/addon.h"
#include "../../process/sha256.h"
#include "../../tree/folder.h"
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/** So much is read at a time. */
#define PIECE 262144

enum { HASHED = 1, ABSENT = 2, FAILED = 3 };

struct hashed {
  uint64_t outcome, inode, size;
  int64_t time;
  unsigned char hash[SHA256_BYTES];
};

struct hashing {
  struct task task;
  napi_ref stop_reference;
  const char *stop;
  int32_t top;
  char *paths;
  struct hashed *files;
  size_t count;
};

/** What one thread needs, and the folder that it was in last. */
struct reader {
  EVP_MD_CTX *context;
  char *piece;
  int folder;
  char *path;
};

static bool is_stopped(const struct hashing *hashing) {
  return __atomic_load_n(hashing->stop, __ATOMIC_RELAXED) != 0;
}

/** Opens the folder of a path, and says where the name begins. Returns -1 and errno. */
static const char *enter(struct reader *reader, int top, const char *path) {
  const char *slash = strrchr(path, '/');
  size_t length = slash ? slash - path : 0;
  if (reader->path && strlen(reader->path) == length && memcmp(reader->path, path, length) == 0)
    return slash ? slash + 1 : path;
  if (reader->folder >= 0) close(reader->folder);
  free(reader->path);
  reader->path = strndup(path, length);
  reader->folder = reader->path ? open_below(top, reader->path) : -1;
  if (reader->folder >= 0) return slash ? slash + 1 : path;
  free(reader->path);
  reader->path = NULL;
  return NULL;
}

static int hash_contents(const struct hashing *hashing, struct reader *reader, int fd, struct hashed *file) {
  uint64_t size = 0;
  if (!EVP_DigestInit_ex(reader->context, EVP_sha256(), NULL)) return FAILED;
  for (ssize_t count; (count = read(fd, reader->piece, PIECE)) != 0; size += count) {
    if (count < 0 || !EVP_DigestUpdate(reader->context, reader->piece, count)) return FAILED;
    if (is_stopped(hashing)) return ABSENT;
  }
  if (size != file->size || !EVP_DigestFinal_ex(reader->context, file->hash, NULL)) return FAILED;
  return HASHED;
}

static int hash_file(const struct hashing *hashing, struct reader *reader, const char *path, struct hashed *file) {
  struct stat status;
  const char *name = enter(reader, hashing->top, path);
  int fd = name ? openat(reader->folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;
  if (fd < 0) return errno == ENOENT ? ABSENT : FAILED;
  int outcome = FAILED;
  if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
    file->inode = status.st_ino;
    file->size = status.st_size;
    file->time = (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec;
    outcome = hash_contents(hashing, reader, fd, file);
  }
  close(fd);
  return outcome;
}

static void hash_one(const struct hashing *hashing, struct reader *reader, const char *path, struct hashed *file) {
  int outcome = is_stopped(hashing) ? ABSENT : reader ? hash_file(hashing, reader, path, file) : FAILED;
  file->outcome = htole64(outcome);
  file->inode = htole64(file->inode);
  file->size = htole64(file->size);
  file->time = htole64(file->time);
}

static void hash_all(napi_env env, void *data) {
  (void)env;
  struct hashing *hashing = data;
  struct reader reader = {EVP_MD_CTX_new(), malloc(PIECE), -1, NULL};
  const char *path = hashing->paths;
  bool is_ready = reader.context && reader.piece;
  for (size_t index = 0; index < hashing->count; index++, path += strlen(path) + 1)
    hash_one(hashing, is_ready ? &reader : NULL, path, &hashing->files[index]);
  if (reader.folder >= 0) close(reader.folder);
  free(reader.path);
  free(reader.piece);
  EVP_MD_CTX_free(reader.context);
}

static void free_hashing(napi_env env, struct hashing *hashing) {
  if (hashing->stop_reference) napi_delete_reference(env, hashing->stop_reference);
  free(hashing->paths);
  free(hashing->files);
  free(hashing);
}

static void tell_hashes(napi_env env, napi_status status, void *data) {
  struct hashing *hashing = data;
  size_t length = hashing->count * sizeof *hashing->files;
  end_task_with_bytes(env, &hashing->task, status == napi_ok ? 0 : ECANCELED, hashing->files, length);
  free_hashing(env, hashing);
}

static napi_value hash_files(napi_env env, napi_callback_info info) {
  size_t count = 3, length = 0, stop_length = 0;
  napi_value arguments[3], promise = NULL;
  char *paths = NULL, *stop = NULL;
  int32_t top = -1;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  if (napi_get_value_int32(env, arguments[0], &top) != napi_ok || !bytes_of(env, arguments[1], &paths, &length) ||
      !bytes_of(env, arguments[2], &stop, &stop_length) || length == 0 || paths[length - 1] != 0 || stop_length == 0)
    return fail(env, EINVAL);
  struct hashing *hashing = calloc(1, sizeof *hashing);
  if (!hashing) return fail(env, ENOMEM);
  hashing->top = top;
  hashing->stop = stop;
  for (size_t at = 0; at < length; at++) hashing->count += paths[at] == 0;
  hashing->paths = malloc(length);
  hashing->files = calloc(hashing->count, sizeof *hashing->files);
  if (!hashing->paths || !hashing->files) {
    free_hashing(env, hashing);
    return fail(env, ENOMEM);
  }
  memcpy(hashing->paths, paths, length);
  if (napi_create_reference(env, arguments[2], 1, &hashing->stop_reference) == napi_ok)
    promise = begin_task(env, &hashing->task, "bakup:hashFiles", hash_all, tell_hashes, hashing);
  if (promise) return promise;
  free_hashing(env, hashing);
  return fail(env, ENOMEM);
}

void add_hashes(napi_env env, napi_value exports) {
  add_function(env, exports, "hashFiles", hash_files);
}
