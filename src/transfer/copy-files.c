// Copies of small files. One function:
//
//   copyFiles(from: number, to: number, paths: Uint8Array, stop: Uint8Array): Promise<Buffer>
//       on another thread: copies regular files from below one open folder to the same paths below another, where nothing
//       of them is yet; a folder that is missing there is made, for its owner only. Takes files of less than 256 KiB that
//       have one name and no holes and did not change in the last seconds, and gives the copies what copyAttributes gives
//       folders. A file that changes meanwhile, or whose copy fails in any way, has none. Follows no link, and changes
//       nothing that was there. Says of each what hashFiles says (1 copied, 2 not there, 3 not copied); inode, size and
//       time are the copy's. When the first byte of `stop` is set no more is copied: what is left counts as not there.
//       The tops must stay open meanwhile
#define _GNU_SOURCE
#include "../tree/file-work.h"
#include "../tree/folder.h"
#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

/** From then on every change has another time, even where the file system counts whole seconds. */
#define SETTLED_SECONDS 3

enum { FROM, TO };

/** Of one file, while it is copied. */
struct copy {
  int fds[2];
  struct stat original;
  const char *name;
};

static bool is_for_us(const struct copy *copy) {
  const struct stat *status = &copy->original;
  if (!S_ISREG(status->st_mode) || status->st_nlink != 1 || status->st_size >= ROOM_BYTES) return false;
  if (time(NULL) - status->st_ctim.tv_sec < SETTLED_SECONDS) return false;
  // A file system that packs files takes less for them, too.
  return status->st_blocks * 512 >= status->st_size || lseek(copy->fds[FROM], 0, SEEK_HOLE) >= status->st_size;
}

static bool is_same_time(struct timespec one, struct timespec other) {
  return one.tv_sec == other.tv_sec && one.tv_nsec == other.tv_nsec;
}

/** Reads the whole file, if it stays what it was. */
static bool read_original(const struct copy *copy, char *room) {
  struct stat now;
  const off_t size = copy->original.st_size;
  ssize_t count;
  for (off_t at = 0; at < size; at += count)
    if ((count = pread(copy->fds[FROM], room + at, size - at, at)) <= 0) return false;
  return fstat(copy->fds[FROM], &now) == 0 && now.st_size == size &&
         is_same_time(now.st_mtim, copy->original.st_mtim) && is_same_time(now.st_ctim, copy->original.st_ctim);
}

static bool write_copy(const struct copy *copy, const char *bytes) {
  off_t size = 0;
  for (ssize_t count; size < copy->original.st_size; size += count)
    if ((count = write(copy->fds[TO], bytes + size, copy->original.st_size - size)) <= 0) return false;
  return true;
}

static bool fill_copy(const struct copy *copy, const struct worker *worker, struct file_record *record) {
  struct stat status;
  const int from = copy->fds[FROM], to = copy->fds[TO];
  if (!write_copy(copy, worker->room) || copy_all_attributes(from, to) < 0 || fstat(to, &status) < 0) return false;
  // The attributes are read once more for the copy: it must not get the time of other contents.
  if (!is_same_time(status.st_mtim, copy->original.st_mtim)) return false;
  record_status(record, &status);
  return EVP_Digest(worker->room, status.st_size, record->hash, NULL, EVP_sha256(), NULL) == 1;
}

static int make_copy(const struct file_work *work, struct worker *worker, struct copy *copy, const char *path,
                     struct file_record *record) {
  if (fstat(copy->fds[FROM], &copy->original) < 0 || !is_for_us(copy)) return FAILED;
  if (!read_original(copy, worker->room)) return FAILED;
  struct place *place = &worker->places[TO];
  if (!enter(place, work->tops[TO], path, make_below)) return FAILED;
  int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  copy->fds[TO] = openat(place->folder, copy->name, flags, copy->original.st_mode & 0777);
  if (copy->fds[TO] < 0) return FAILED;
  bool is_done = fill_copy(copy, worker, record);
  if (close(copy->fds[TO]) < 0) is_done = false;
  if (!is_done) unlinkat(place->folder, copy->name, 0);
  return is_done ? DONE : FAILED;
}

static int copy_file(const struct file_work *work, struct worker *worker, const char *path, struct file_record *record) {
  struct place *place = &worker->places[FROM];
  struct copy copy = {.fds = {-1, -1}, .name = enter(place, work->tops[FROM], path, open_below)};
  int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  if (copy.name) copy.fds[FROM] = openat(place->folder, copy.name, flags);
  if (copy.fds[FROM] < 0) return errno == ENOENT ? ABSENT : FAILED;
  int outcome = make_copy(work, worker, &copy, path, record);
  close(copy.fds[FROM]);
  return outcome;
}

static napi_value copy_files(napi_env env, napi_callback_info info) {
  static const struct file_work_kind kind = {"bakup:copyFiles", 2, copy_file};
  return begin_file_work(env, info, &kind);
}

void add_copies(napi_env env, napi_value exports) { add_function(env, exports, "copyFiles", copy_files); }
