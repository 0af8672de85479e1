// Hashes of files. One function:
//
//   hashFiles(top: number, paths: Uint8Array, stop: Uint8Array): Promise<Buffer>
//       on another thread: reads regular files below an open folder, whose paths end with a NUL byte each, and follows no
//       link. Gives 72 bytes for each, numbers with the lowest byte first: 8 for what came of it (1 hashed, 2 not there, 3
//       no regular file, or it could not be read, or had another size at the end), 32 for the file's facts (folder.h), 32
//       for the SHA-256. When the first byte of `stop` is set, no more is read: what is left counts as not there. The top
//       must stay open meanwhile
#define _GNU_SOURCE
#include "../../tree/file-work.h"
#include <unistd.h>

static int hash_contents(const struct file_work *work, struct worker *worker, const struct file *file,
                         unsigned char *hash) {
  off_t size = 0;
  if (!EVP_DigestInit_ex(worker->context, EVP_sha256(), NULL)) return FAILED;
  for (ssize_t count; (count = read(file->fd, worker->room, ROOM_BYTES)) != 0; size += count) {
    if (count < 0 || !EVP_DigestUpdate(worker->context, worker->room, count)) return FAILED;
    if (is_stopped(work)) return ABSENT;
  }
  if (size != file->status.st_size || !EVP_DigestFinal_ex(worker->context, hash, NULL)) return FAILED;
  return DONE;
}

static int hash_file(const struct file_work *work, struct worker *worker, const struct file *file,
                     struct file_record *record) {
  record->facts = facts_of(&file->status);
  return hash_contents(work, worker, file, record->hash);
}

static napi_value hash_files(napi_env env, napi_callback_info info) {
  static const struct file_work_kind kind = {"bakup:hashFiles", 1, hash_file};
  return begin_file_work(env, info, &kind);
}

void add_hashes(napi_env env, napi_value exports) { add_function(env, exports, "hashFiles", hash_files); }
