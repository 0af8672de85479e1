// What lies in folders. One function:
//
//   readFolder(folder: number): Buffer
//       what lies in an open folder, sorted by name: "TYPE INODE NAME" and a NUL byte for each; TYPE is find's letter,
//       and the inode of a folder is "-"
//
// Inode numbers come from the folder itself: nothing in it is looked at. Throws an Error whose `code` is the errno's
// name.
#define _GNU_SOURCE
#include "../process/addon.h"
#include "folder.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/** `is_made`: what is missing of the path is made, for the owner only. */
static int descend(int top, const char *path, bool is_made) {
  int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, fd = -1;
  // Some file systems have names that are longer than NAME_MAX.
  char *copy = strdup(*path ? path : "."), *rest = copy;
  for (char *name; rest && (name = strsep(&rest, "/"));) {
    int above = fd < 0 ? top : fd, wanted = rest ? flags | O_PATH : flags, next = openat(above, name, wanted);
    if (next < 0 && errno == ENOENT && is_made && (mkdirat(above, name, 0700) == 0 || errno == EEXIST))
      next = openat(above, name, wanted);
    int error = errno;
    if (fd >= 0) close(fd);
    errno = error;
    fd = next;
    if (fd < 0) break;
  }
  int error = copy ? errno : ENOMEM;
  free(copy);
  errno = error;
  return fd;
}

int open_below(int top, const char *path) { return descend(top, path, false); }

int make_below(int top, const char *path) { return descend(top, path, true); }

char letter_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFDIR: return 'd';
    case S_IFLNK: return 'l';
    case S_IFIFO: return 'p';
    case S_IFSOCK: return 's';
    case S_IFBLK: return 'b';
    case S_IFCHR: return 'c';
    default: return 'f';
  }
}

/** Returns 0 for what has gone since it was read. */
static char letter_at(int folder, const struct dirent *entry) {
  struct stat status = {.st_mode = DTTOIF(entry->d_type)};
  if (entry->d_type == DT_UNKNOWN && fstatat(folder, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0) return 0;
  return letter_of(status.st_mode);
}

static int note(struct listing *listing, int folder, const struct dirent *entry) {
  size_t length = strlen(entry->d_name) + 1;
  if (listing->count == listing->room) {
    size_t room = listing->room ? listing->room * 2 : 64;
    void *entries = reallocarray(listing->entries, room, sizeof *listing->entries);
    if (!entries) return -1;
    listing->entries = entries;
    listing->room = room;
  }
  if (listing->used + length > listing->size) {
    size_t size = (listing->size ? listing->size * 2 : 4096) + length;
    char *names = realloc(listing->names, size);
    if (!names) return -1;
    listing->names = names;
    listing->size = size;
  }
  char type = letter_at(folder, entry);
  if (!type) return 0;
  memcpy(listing->names + listing->used, entry->d_name, length);
  listing->entries[listing->count++] = (struct entry){entry->d_ino, type, listing->used};
  listing->used += length;
  return 0;
}

int read_entries(int fd, struct listing *listing) {
  // fdopendir would take the descriptor over.
  int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  DIR *folder = own < 0 ? NULL : fdopendir(own);
  if (!folder) {
    int error = errno;
    if (own >= 0) close(own);
    errno = error;
    return -1;
  }
  rewinddir(folder);
  struct dirent *entry;
  int result = 0;
  while (errno = 0, result == 0 && (entry = readdir(folder)) != NULL)
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) result = note(listing, own, entry);
  int error = result < 0 ? ENOMEM : errno;
  closedir(folder);
  errno = error;
  return error ? -1 : 0;
}

static int by_name(const void *a, const void *b, void *names) {
  const struct entry *left = a, *right = b;
  return strcmp((char *)names + left->name, (char *)names + right->name);
}

int read_sorted(int fd, struct listing *listing) {
  *listing = (struct listing){0};
  if (read_entries(fd, listing) < 0) {
    int error = errno;
    free_listing(listing);
    errno = error;
    return -1;
  }
  if (listing->count > 0) qsort_r(listing->entries, listing->count, sizeof *listing->entries, by_name, listing->names);
  return 0;
}

void free_listing(struct listing *listing) {
  free(listing->entries);
  free(listing->names);
  *listing = (struct listing){0};
}

/** Digits of the largest inode number, a letter, two blanks and a NUL. */
#define MOST_BESIDE_NAME 24

static napi_value format_listing(napi_env env, const struct listing *listing) {
  napi_value result;
  char *text = malloc(listing->used + listing->count * MOST_BESIDE_NAME + 1), *end = text;
  if (!text) return fail(env, ENOMEM);
  for (size_t index = 0; index < listing->count; index++) {
    const struct entry *entry = &listing->entries[index];
    const char *name = listing->names + entry->name;
    end += entry->type == 'd' ? sprintf(end, "d - ") : sprintf(end, "%c %ju ", entry->type, (uintmax_t)entry->inode);
    end = stpcpy(end, name) + 1;
  }
  napi_status status = napi_create_buffer_copy(env, end - text, text, NULL, &result);
  free(text);
  return status == napi_ok ? result : fail(env, ENOMEM);
}

static napi_value read_folder(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  int32_t fd = -1;
  struct listing listing;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  if (napi_get_value_int32(env, argument, &fd) != napi_ok) return fail(env, EINVAL);
  if (read_sorted(fd, &listing) < 0) return fail(env, errno);
  napi_value result = format_listing(env, &listing);
  free_listing(&listing);
  return result;
}

void add_folder_listings(napi_env env, napi_value exports) {
  add_function(env, exports, "readFolder", read_folder);
}
