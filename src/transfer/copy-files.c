// Copies of small files. Two functions:
//
//   copyFiles(from: number, to: number, paths: Uint8Array, stop: Uint8Array): Promise<Buffer>
//       on another thread: copies regular files from below one open folder to the same paths below another, where nothing
//       of them is yet; a folder that is missing there is made, for its owner only. Takes files of less than 256 KiB that
//       have one name and no holes and did not change in the last seconds, and gives the copies what copyAttributes gives
//       folders. A file that changes meanwhile, or whose copy fails in any way, has none. Follows no link, and changes
//       nothing that was there. Says of each what hashFiles says (1 copied, 2 not there, 3 not copied, 4 copied, and
//       it or its copy has extended attributes or an ACL); the facts are the copy's. When the first byte of `stop` is set no
//       more is copied: what is left counts as not there. The tops must stay open meanwhile
//   copyStillFiles(from: number, to: number, paths: Uint8Array, stop: Uint8Array): Promise<Buffer>
//       the same for files that nobody writes any more, and of which each is wanted once: takes them whatever their other
//       names and however new they are, and gives no hashes; folders that are made get the attributes of the others, too.
//       Nothing has its name before it is whole
#define _GNU_SOURCE
#include "../tree/file-work.h"
#include "../tree/folder.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/** From then on every change has another time, even where the file system counts whole seconds. */
#define SETTLED_SECONDS 3

static bool is_small(const struct file *file) {
  const struct stat *status = &file->status;
  if (status->st_size >= ROOM_BYTES) return false;
  // A file system that packs files takes less for them, too.
  return status->st_blocks * 512 >= status->st_size || lseek(file->fd, 0, SEEK_HOLE) >= status->st_size;
}

static bool is_settled(const struct stat *status) {
  return status->st_nlink == 1 && time(NULL) - status->st_ctim.tv_sec >= SETTLED_SECONDS;
}

/** Reads the whole file, if it stays what it was. */
static bool read_original(const struct file *file, char *room) {
  struct stat now;
  const off_t size = file->status.st_size;
  ssize_t count;
  for (off_t at = 0; at < size; at += count)
    if ((count = pread(file->fd, room + at, size - at, at)) <= 0) return false;
  return fstat(file->fd, &now) == 0 && now.st_size == size && is_same_time(now.st_mtim, file->status.st_mtim) &&
         is_same_time(now.st_ctim, file->status.st_ctim);
}

static bool write_copy(int to, const char *bytes, off_t size) {
  ssize_t count;
  for (off_t at = 0; at < size; at += count)
    if ((count = write(to, bytes + at, size - at)) <= 0) return false;
  return true;
}

/** `hash` is NULL where none is wanted. */
static bool fill_copy(const struct file *file, int to, const char *bytes, struct facts *facts, unsigned char *hash) {
  struct stat status;
  if (!write_copy(to, bytes, file->status.st_size)) return false;
  if (copy_all_attributes(file->fd, to) < 0 || fstat(to, &status) < 0) return false;
  // The attributes are read once more for the copy: it must not get the time of other contents.
  if (!is_same_time(status.st_mtim, file->status.st_mtim)) return false;
  *facts = facts_of(&status);
  return !hash || EVP_Digest(bytes, status.st_size, hash, NULL, EVP_sha256(), NULL) == 1;
}

static int outcome_of(bool is_done, const struct file *file, int to) {
  return !is_done ? FAILED : has_attributes(to) || has_attributes(file->fd) ? DONE_WITH_ATTRIBUTES : DONE;
}

static int copy_file(const struct file_work *work, struct worker *worker, const struct file *file,
                     struct file_record *record) {
  struct place *place = &worker->places[1];
  if (!is_settled(&file->status) || !is_small(file) || !read_original(file, worker->room)) return FAILED;
  if (!enter(place, work->tops[1], file->path, make_below)) return FAILED;
  int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  int to = openat(place->folder, file->name, flags, file->status.st_mode & 0777);
  if (to < 0) return FAILED;
  int outcome = outcome_of(fill_copy(file, to, worker->room, &record->facts, record->hash), file, to);
  if (close(to) < 0) outcome = FAILED;
  if (outcome == FAILED) unlinkat(place->folder, file->name, 0);
  return outcome;
}

/** Gives an open file without a name its first one, if nothing has it. */
static bool give_name(int fd, int folder, const char *name) {
  char path[32];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  return linkat(AT_FDCWD, path, folder, name, AT_SYMLINK_FOLLOW) == 0;
}

/** Under another name until it has its attributes. Another thread may just do the same. */
static void make_one_like(int top, const char *path, int folder, const char *name) {
  char new[32];
  snprintf(new, sizeof new, ".bakup-new-%d", (int)gettid());
  if (mkdirat(folder, new, 0700) < 0) return;
  int from = open_below(top, path), to = open_below(folder, new);
  bool is_like = from >= 0 && to >= 0 && copy_all_attributes(from, to) == 0;
  if (from >= 0) close(from);
  if (to >= 0) close(to);
  if (!is_like || renameat2(folder, new, folder, name, RENAME_NOREPLACE) < 0) unlinkat(folder, new, AT_REMOVEDIR);
}

/** Makes a folder below the second top, and those above it, like the one below the first. */
static void make_like(const int32_t *tops, const char *path) {
  const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
  char *above = strndup(path, slash ? slash - path : 0);
  int folder = above ? open_below(tops[1], above) : -1;
  if (above && folder < 0 && errno == ENOENT) {
    make_like(tops, above);
    folder = open_below(tops[1], above);
  }
  if (folder >= 0) {
    make_one_like(tops[0], path, folder, name);
    close(folder);
  }
  free(above);
}

static int copy_still_file(const struct file_work *work, struct worker *worker, const struct file *file,
                           struct file_record *record) {
  struct place *place = &worker->places[1];
  if (!enter(place, work->tops[1], file->path, open_below)) {
    if (errno != ENOENT || file->name == file->path) return FAILED;
    char *folder = strndup(file->path, file->name - file->path - 1);
    if (folder) make_like(work->tops, folder);
    free(folder);
    if (!enter(place, work->tops[1], file->path, open_below)) return FAILED;
  }
  if (!is_small(file) || !read_original(file, worker->room)) return FAILED;
  int to = openat(place->folder, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, file->status.st_mode & 0777);
  if (to < 0) return FAILED;
  bool is_done = fill_copy(file, to, worker->room, &record->facts, NULL) && give_name(to, place->folder, file->name);
  int outcome = outcome_of(is_done, file, to);
  close(to);
  return outcome;
}

static napi_value copy_files(napi_env env, napi_callback_info info) {
  static const struct file_work_kind kind = {"bakup:copyFiles", 2, copy_file};
  return begin_file_work(env, info, &kind);
}

static napi_value copy_still_files(napi_env env, napi_callback_info info) {
  static const struct file_work_kind kind = {"bakup:copyStillFiles", 2, copy_still_file};
  return begin_file_work(env, info, &kind);
}

void add_copies(napi_env env, napi_value exports) {
  add_function(env, exports, "copyFiles", copy_files);
  add_function(env, exports, "copyStillFiles", copy_still_files);
}
