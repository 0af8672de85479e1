// Folders by their descriptors, and extended attributes, as Node.js cannot have them. Three functions:
//
//   openFolder(top: number, path: Uint8Array): number
//       opens a folder by its path below an open one, name by name, and follows no link; an empty path is the open one
//   copyAttributes(from: number, to: number): void
//       gives one folder the owner, mode, ACLs, extended attributes and time of the other; what is the same already is
//       not written. Only root gives owners, and attributes that are not the users' own
//   readAttributes(path: Uint8Array): Buffer | null
//       the extended attributes of what has this path, which may be a link, ACLs included: "NAME=VALUE" and a NUL byte
//       for each, the value in hexadecimal digits, in any order; null where there are none
//
// All throw an Error whose `code` is the errno's name.
#define _GNU_SOURCE
#include "../process/addon.h"
#include "folder.h"
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

static napi_value open_folder(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2], result;
  int32_t top = -1;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  if (napi_get_value_int32(env, arguments[0], &top) != napi_ok) return fail(env, EINVAL);
  char *path = text_of(env, arguments[1]);
  int fd = path ? open_below(top, path) : -1, error = errno;
  free(path);
  if (fd < 0) return fail(env, error);
  napi_create_int32(env, fd, &result);
  return result;
}

/** What listxattr(2) and getxattr(2) give at most. */
#define MOST_NAMES XATTR_LIST_MAX
#define MOST_VALUE XATTR_SIZE_MAX

struct attributes {
  char *names, *value, *other;
};

/** Whether an attribute is one to copy: those of the system are made up, but for the ACLs; file systems have others. */
static int is_copied(const char *name) {
  if (strncmp(name, "trusted.SGI_ACL_", 16) == 0 || strncmp(name, "btrfs.", 6) == 0) return 0;
  if (strcmp(name, "system.posix_acl_access") == 0 || strcmp(name, "system.posix_acl_default") == 0) return 1;
  return geteuid() == 0 ? strncmp(name, "system.", 7) != 0 : strncmp(name, "user.", 5) == 0;
}

static ssize_t list_attributes(int fd, char *names) {
  ssize_t length = flistxattr(fd, names, MOST_NAMES);
  return length < 0 && errno == ENOTSUP ? 0 : length;
}

static int remove_others(int from, int to, const struct attributes *room) {
  ssize_t length = list_attributes(to, room->names);
  if (length < 0) return -1;
  for (const char *name = room->names; name < room->names + length; name += strlen(name) + 1) {
    if (!is_copied(name) || fgetxattr(from, name, NULL, 0) >= 0) continue;
    if (errno != ENODATA && errno != ENOTSUP) return -1;
    if (fremovexattr(to, name) < 0 && errno != ENODATA) return -1;
  }
  return 0;
}

static int copy_wanted(int from, int to, const struct attributes *room) {
  ssize_t length = list_attributes(from, room->names);
  if (length < 0) return -1;
  for (const char *name = room->names; name < room->names + length; name += strlen(name) + 1) {
    if (!is_copied(name)) continue;
    ssize_t size = fgetxattr(from, name, room->value, MOST_VALUE);
    if (size < 0) return -1;
    ssize_t present = fgetxattr(to, name, room->other, MOST_VALUE);
    if (present == size && memcmp(room->value, room->other, size) == 0) continue;
    if (fsetxattr(to, name, room->value, size, 0) < 0) return -1;
  }
  return 0;
}

static int copy_extended(int from, int to) {
  struct attributes room = {malloc(MOST_NAMES), malloc(MOST_VALUE), malloc(MOST_VALUE)};
  int result = -1;
  if (room.names && room.value && room.other)
    result = remove_others(from, to, &room) < 0 ? -1 : copy_wanted(from, to, &room);
  else
    errno = ENOMEM;
  int error = errno;
  free(room.names);
  free(room.value);
  free(room.other);
  errno = error;
  return result;
}

struct facts facts_of(const struct stat *status) {
  return (struct facts){htole64(status->st_ino), htole64(status->st_size), htole64(status->st_mtim.tv_sec),
                        htole64(status->st_mtim.tv_nsec)};
}

bool is_same_time(struct timespec one, struct timespec other) {
  return one.tv_sec == other.tv_sec && one.tv_nsec == other.tv_nsec;
}

int copy_all_attributes(int from, int to) {
  struct stat want, have;
  if (fstat(from, &want) < 0 || fstat(to, &have) < 0) return -1;
  if (geteuid() == 0 && (want.st_uid != have.st_uid || want.st_gid != have.st_gid)) {
    if (fchown(to, want.st_uid, want.st_gid) < 0 || fstat(to, &have) < 0) return -1;
  } else if (want.st_gid != have.st_gid) {
    // A group that the user is not in stays what it is.
    if (fchown(to, -1, want.st_gid) < 0 && errno != EPERM) return -1;
    if (fstat(to, &have) < 0) return -1;
  }
  if ((want.st_mode & 07777) != (have.st_mode & 07777) && fchmod(to, want.st_mode & 07777) < 0) return -1;
  // After the mode, of which a part is the ACL's mask.
  if (copy_extended(from, to) < 0) return -1;
  if (is_same_time(want.st_mtim, have.st_mtim)) return 0;
  struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, want.st_mtim};
  return futimens(to, times);
}

static napi_value copy_attributes(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2];
  int32_t from = -1, to = -1;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  if (napi_get_value_int32(env, arguments[0], &from) != napi_ok ||
      napi_get_value_int32(env, arguments[1], &to) != napi_ok)
    return fail(env, EINVAL);
  return copy_all_attributes(from, to) < 0 ? fail(env, errno) : NULL;
}

/** Of one attribute; what was removed since it was listed is left out. Returns -1 and errno. */
static int print_attribute(FILE *out, const char *path, const char *name, unsigned char *value) {
  ssize_t size = lgetxattr(path, name, value, MOST_VALUE);
  if (size < 0) return errno == ENODATA ? 0 : -1;
  fprintf(out, "%s=", name);
  for (ssize_t at = 0; at < size; at++) fprintf(out, "%02x", value[at]);
  fputc(0, out);
  return 0;
}

static int print_attributes(FILE *out, const char *path) {
  char *names = malloc(MOST_NAMES);
  unsigned char *value = malloc(MOST_VALUE);
  int error = names && value ? 0 : ENOMEM;
  ssize_t length = error ? 0 : llistxattr(path, names, MOST_NAMES);
  if (length < 0) error = errno;
  for (char *name = names; !error && name < names + length; name += strlen(name) + 1)
    if (print_attribute(out, path, name, value) < 0) error = errno;
  free(names);
  free(value);
  errno = error;
  return error ? -1 : 0;
}

int attributes_of(const char *path, char **text, size_t *length) {
  *text = NULL;
  *length = 0;
  ssize_t any = llistxattr(path, NULL, 0);
  if (any <= 0) return any == 0 || errno == ENOTSUP ? 0 : -1;
  FILE *out = open_memstream(text, length);
  if (!out) return -1;
  int error = print_attributes(out, path) < 0 ? errno : 0;
  if (fclose(out) != 0 && !error) error = errno;
  if (!error) return 0;
  free(*text);
  *text = NULL;
  errno = error;
  return -1;
}

/** Not every file system lists its ACLs. */
#define ACL "system.posix_acl_access"
#define DEFAULT_ACL "system.posix_acl_default"

/** Of the size of something, or of -1 and the errno of why there is none. */
static bool is_any(ssize_t size) {
  return size < 0 ? errno != ENODATA && errno != ENOTSUP && errno != ENOENT && errno != ENOTDIR : size > 0;
}

bool has_attributes(int fd) { return is_any(flistxattr(fd, NULL, 0)) || is_any(fgetxattr(fd, ACL, NULL, 0)); }

bool has_attributes_at(const char *path) {
  return is_any(llistxattr(path, NULL, 0)) || is_any(lgetxattr(path, ACL, NULL, 0)) ||
         is_any(lgetxattr(path, DEFAULT_ACL, NULL, 0));
}

static napi_value read_attributes(napi_env env, napi_callback_info info) {
  size_t count = 1, length = 0;
  napi_value argument, result = NULL;
  char *text = NULL;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  char *path = text_of(env, argument);
  int error = !path || attributes_of(path, &text, &length) < 0 ? errno : 0;
  free(path);
  if (error) return fail(env, error);
  if (text)
    napi_create_buffer_copy(env, length, text, NULL, &result);
  else
    napi_get_null(env, &result);
  free(text);
  return result;
}

void add_folders(napi_env env, napi_value exports) {
  add_function(env, exports, "openFolder", open_folder);
  add_function(env, exports, "copyAttributes", copy_attributes);
  add_function(env, exports, "readAttributes", read_attributes);
}
