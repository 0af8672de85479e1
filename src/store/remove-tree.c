// Deletes trees by the descriptors of their folders, several folders at a time. One function:
//
//   removeTree(parent: number, name: Uint8Array, stop: Uint8Array): Promise<string | null>
//       deletes what has this name in an open folder, and all that is in it, on other threads. Follows no link, enters
//       no mount point and no other file system. Gives null when all is gone, or else why something is not, as the
//       errno's name: EXDEV whenever another file system is there. When the first byte of `stop` is set, nothing more
//       is begun (ECANCELED). `parent` must stay open meanwhile
#define _GNU_SOURCE
#include "../process/addon.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/** As many as a disk likes to be asked by at a time; more only wait for each other in the file system's journal. */
#define THREADS 4

/** A folder that is to go once all that is in it has gone. */
struct folder {
  struct folder *parent;
  /** The next one that waits to be emptied. */
  struct folder *next;
  /** Open while there is work in it. */
  int fd;
  /** Folders in it that are still there, and one while its names are read. Changed by all threads. */
  int left;
  char name[];
};

/** As many bytes as the system gives of a folder at a time, and the shortest entry's. */
#define NAMES_BYTES 32768
#define ENTRY_BYTES 24

/** Some names of a folder, in a thread's own room. */
struct names {
  _Alignas(struct dirent64) char bytes[NAMES_BYTES];
  struct dirent64 *sorted[NAMES_BYTES / ENTRY_BYTES];
};

struct removal {
  struct task task;
  napi_ref stop_reference;
  const char *stop;
  int parent;
  /** The file system. */
  dev_t device;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  /** Under the mutex: what waits, deepest first, and how many folders are being emptied. */
  struct folder *waiting;
  int busy;
  /** An errno, or 0. Changed by all threads. */
  int error;
  char name[NAME_MAX + 1];
};

/** The first failure is told, but for a mount: that one is told whenever there is one. */
static void note_failure(struct removal *removal, int error) {
  int none = 0;
  if (error == EXDEV)
    __atomic_store_n(&removal->error, error, __ATOMIC_RELAXED);
  else
    __atomic_compare_exchange_n(&removal->error, &none, error, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

static bool is_stopped(const struct removal *removal) {
  return __atomic_load_n(removal->stop, __ATOMIC_RELAXED) != 0;
}

/** Whose name leads to no link and not to what is mounted there; -1 and errno for those. */
static int open_folder(int parent, const char *name, dev_t device) {
  struct open_how how = {
    .flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
    .resolve = RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH,
  };
  struct stat status;
  int fd = syscall(SYS_openat2, parent, name, &how, sizeof how);
  // A subvolume is no mount point.
  if (fd >= 0 && (fstat(fd, &status) < 0 || status.st_dev != device)) {
    close(fd);
    errno = EXDEV;
    return -1;
  }
  return fd;
}

/** Gives up one claim on a folder. The last one removes it, and gives up its claim on the folder that it lies in. */
static void release(struct removal *removal, struct folder *folder) {
  while (folder && __atomic_sub_fetch(&folder->left, 1, __ATOMIC_ACQ_REL) == 0) {
    struct folder *parent = folder->parent;
    if (folder->fd >= 0) close(folder->fd);
    int within = parent ? parent->fd : removal->parent;
    if (is_stopped(removal))
      note_failure(removal, ECANCELED);
    else if (unlinkat(within, folder->name, AT_REMOVEDIR) < 0 && errno != ENOENT)
      note_failure(removal, errno);
    free(folder);
    folder = parent;
  }
}

static void put(struct removal *removal, struct folder *parent, const char *name) {
  struct folder *folder = malloc(sizeof *folder + strlen(name) + 1);
  if (!folder) return note_failure(removal, ENOMEM);
  *folder = (struct folder){.parent = parent, .fd = -1, .left = 1};
  strcpy(folder->name, name);
  if (parent) __atomic_add_fetch(&parent->left, 1, __ATOMIC_RELAXED);
  pthread_mutex_lock(&removal->mutex);
  folder->next = removal->waiting;
  removal->waiting = folder;
  pthread_cond_signal(&removal->changed);
  pthread_mutex_unlock(&removal->mutex);
}

/** Not every file system says of a name what it is: a folder cannot be unlinked. */
static void remove_name(struct removal *removal, struct folder *folder, const struct dirent64 *entry) {
  int type = entry->d_type;
  if (type != DT_DIR && unlinkat(folder->fd, entry->d_name, 0) < 0) {
    if (errno == EISDIR)
      type = DT_DIR;
    else if (errno != ENOENT)
      note_failure(removal, errno);
  }
  if (type == DT_DIR) put(removal, folder, entry->d_name);
}

static int by_inode(const void *a, const void *b) {
  ino64_t one = (*(struct dirent64 *const *)a)->d_ino, other = (*(struct dirent64 *const *)b)->d_ino;
  return (one > other) - (one < other);
}

/** Puts what is to go in the order of the inodes, which lie beside each other, often as the names do. */
static size_t sort_names(struct names *names, size_t length) {
  size_t count = 0;
  for (size_t at = 0; at < length;) {
    struct dirent64 *entry = (struct dirent64 *)(names->bytes + at);
    at += entry->d_reclen;
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) names->sorted[count++] = entry;
  }
  qsort(names->sorted, count, sizeof *names->sorted, by_inode);
  return count;
}

static void empty(struct removal *removal, struct folder *folder, struct names *names) {
  ssize_t length = -1;
  folder->fd = open_folder(folder->parent ? folder->parent->fd : removal->parent, folder->name, removal->device);
  if (folder->fd < 0) return note_failure(removal, errno);
  while (!is_stopped(removal) && (length = getdents64(folder->fd, names->bytes, sizeof names->bytes)) > 0) {
    size_t count = sort_names(names, length);
    for (size_t index = 0; index < count && !is_stopped(removal); index++)
      remove_name(removal, folder, names->sorted[index]);
  }
  if (length < 0 && !is_stopped(removal)) note_failure(removal, errno);
}

/** Each thread empties folders until none waits, and none is being emptied that may bring more. */
static void *work(void *data) {
  struct removal *removal = data;
  struct names names;
  pthread_mutex_lock(&removal->mutex);
  for (;;) {
    while (!removal->waiting && removal->busy > 0) pthread_cond_wait(&removal->changed, &removal->mutex);
    struct folder *folder = removal->waiting;
    if (!folder) break;
    removal->waiting = folder->next;
    removal->busy++;
    pthread_mutex_unlock(&removal->mutex);
    if (!is_stopped(removal)) empty(removal, folder, &names);
    release(removal, folder);
    pthread_mutex_lock(&removal->mutex);
    removal->busy--;
  }
  pthread_cond_broadcast(&removal->changed);
  pthread_mutex_unlock(&removal->mutex);
  return NULL;
}

static void remove_all(napi_env env, void *data) {
  (void)env;
  struct removal *removal = data;
  struct stat status;
  pthread_t others[THREADS - 1];
  int started = 0;
  if (fstat(removal->parent, &status) < 0) return note_failure(removal, errno);
  removal->device = status.st_dev;
  if (unlinkat(removal->parent, removal->name, 0) == 0) return;
  if (errno != EISDIR) return note_failure(removal, errno);
  put(removal, NULL, removal->name);
  while (started < THREADS - 1 && pthread_create(&others[started], NULL, work, removal) == 0) started++;
  work(removal);
  while (started > 0) pthread_join(others[--started], NULL);
}

static void free_removal(napi_env env, struct removal *removal) {
  if (removal->stop_reference) napi_delete_reference(env, removal->stop_reference);
  pthread_mutex_destroy(&removal->mutex);
  pthread_cond_destroy(&removal->changed);
  free(removal);
}

static void tell(napi_env env, napi_status status, void *data) {
  struct removal *removal = data;
  napi_value code;
  int error = status == napi_ok ? removal->error : ECANCELED;
  if (error)
    napi_create_string_utf8(env, name_of_error(error), NAPI_AUTO_LENGTH, &code);
  else
    napi_get_null(env, &code);
  end_task(env, &removal->task, code, NULL);
  free_removal(env, removal);
}

static napi_value remove_tree(napi_env env, napi_callback_info info) {
  size_t count = 3, length = 0, stop_length = 0;
  napi_value arguments[3], promise = NULL;
  int32_t parent = -1;
  char *name = NULL, *stop = NULL;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  if (napi_get_value_int32(env, arguments[0], &parent) != napi_ok || !bytes_of(env, arguments[1], &name, &length) ||
      !bytes_of(env, arguments[2], &stop, &stop_length) || length > NAME_MAX || stop_length == 0)
    return fail(env, EINVAL);
  struct removal *removal = calloc(1, sizeof *removal);
  if (!removal) return fail(env, ENOMEM);
  memcpy(removal->name, name, length);
  removal->parent = parent;
  removal->stop = stop;
  pthread_mutex_init(&removal->mutex, NULL);
  pthread_cond_init(&removal->changed, NULL);
  if (napi_create_reference(env, arguments[2], 1, &removal->stop_reference) == napi_ok)
    promise = begin_task(env, &removal->task, "bakup:removeTree", remove_all, tell, removal);
  if (promise) return promise;
  free_removal(env, removal);
  return fail(env, ENOMEM);
}

void add_removal(napi_env env, napi_value exports) { add_function(env, exports, "removeTree", remove_tree); }
