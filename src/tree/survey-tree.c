// A tree as a manifest describes it. One function:
//
//   openSurvey(top: number, isPlain: boolean): Walk
//       begins to describe an open folder and all below it that lies on the same file system, sorted by the bytes of the
//       whole paths, the top first. The top must stay open, and nothing may vanish meanwhile. For each path the 32
//       bytes of its facts (folder.h), with inode 0 for a folder and size 0 for all but files; then numbers of 4 bytes, the
//       lowest first: find's letter of the type, and how long what follows is: the path, from the top and without a slash
//       before it; the line in the manifest, up to where a hash goes; and the extended attributes, as readAttributes gives
//       them; a plain tree has none
//
// Throws an Error whose `code` is the errno's name. What the lines look like is in store/manifest/mtree.ts.
#define _GNU_SOURCE
#include "walk.h"
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/** Among the names of a folder, those of folders come twice: at this one, all that is in it has its place. */
#define INSIDE '/'

/** A folder that is being described, and where. */
struct level {
  struct folder *folder;
  size_t next;
};

struct survey_walk {
  struct walk walk;
  struct level *levels;
  size_t depth, room;
  bool has_begun;
  /** Nothing has extended attributes. */
  bool is_plain;
};

/** As the whole paths are sorted: what is in a folder has a slash behind the folder's name. */
static int by_path(const void *a, const void *b, void *data) {
  const struct entry *left = a, *right = b;
  const char *names = data, *one = names + left->name, *other = names + right->name;
  while (*one && *one == *other) one++, other++;
  int first = *one ? (unsigned char)*one : left->type == INSIDE ? '/' : 0;
  int second = *other ? (unsigned char)*other : right->type == INSIDE ? '/' : 0;
  if (first != second) return first - second;
  // Of the same name: the folder itself, and what is in it.
  return (left->type == INSIDE) - (right->type == INSIDE);
}

/** Gives each folder its second place, and sorts. */
static int put_in_order(struct listing *names) {
  size_t folders = 0;
  for (size_t index = 0; index < names->count; index++) folders += names->entries[index].type == 'd';
  if (folders > 0) {
    struct entry *entries = reallocarray(names->entries, names->count + folders, sizeof *entries);
    if (!entries) return -1;
    names->entries = entries;
    for (size_t index = names->count; index-- > 0;) {
      if (entries[index].type != 'd') continue;
      entries[names->count] = entries[index];
      entries[names->count++].type = INSIDE;
    }
  }
  if (names->count > 0) qsort_r(names->entries, names->count, sizeof *names->entries, by_path, names->names);
  return 0;
}

static int descend(struct survey_walk *walk, char *path, char **culprit) {
  if (!path) return -1;
  if (walk->depth == walk->room) {
    size_t room = walk->room ? walk->room * 2 : 16;
    struct level *levels = reallocarray(walk->levels, room, sizeof *levels);
    if (!levels) {
      free(path);
      return -1;
    }
    walk->levels = levels;
    walk->room = room;
  }
  struct folder *folder = open_folder_at(&walk->walk, path, culprit);
  if (!folder) return -1;
  walk->levels[walk->depth++] = (struct level){folder, 0};
  return put_in_order(&folder->names);
}

static char *path_in(const struct folder *folder, const char *name) {
  char *path = NULL;
  return asprintf(&path, "%s%s%s", folder->path, *folder->path ? "/" : "", name) < 0 ? NULL : path;
}

static int next_part(struct walk *base, size_t most, struct part *part, char **culprit) {
  struct survey_walk *walk = (struct survey_walk *)base;
  if (!walk->has_begun) {
    walk->has_begun = true;
    if (descend(walk, strdup(""), culprit) < 0) return -1;
    // No names: the top itself.
    walk->levels[0].folder->users++;
    *part = (struct part){walk->levels[0].folder, 0, 0};
    return 1;
  }
  while (walk->depth > 0) {
    struct level *level = &walk->levels[walk->depth - 1];
    struct folder *folder = level->folder;
    size_t from = level->next, to = from;
    if (from == folder->names.count) {
      release_folder(folder);
      walk->depth--;
      continue;
    }
    const struct entry *entries = folder->names.entries;
    if (entries[from].type == INSIDE) {
      level->next++;
      if (descend(walk, path_in(folder, folder->names.names + entries[from].name), culprit) < 0) return -1;
      continue;
    }
    while (to < folder->names.count && to - from < most && entries[to].type != INSIDE) to++;
    level->next = to;
    folder->users++;
    *part = (struct part){folder, from, to};
    return 1;
  }
  return 0;
}

/** What a manifest calls a type. */
static const char *type_of(char letter) {
  switch (letter) {
    case 'd': return "dir";
    case 'l': return "link";
    case 'p': return "fifo";
    case 's': return "socket";
    case 'b': return "block";
    case 'c': return "char";
    default: return "file";
  }
}

/** Blanks, what begins a comment, a pattern or an escape, and everything that is not printable ASCII, as \ooo. */
static char *escape(char *end, const char *text) {
  for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
    if (*at > ' ' && *at < 0x7f && !strchr("#*?[\\", *at))
      *end++ = *at;
    else
      end += sprintf(end, "\\%03o", *at);
  }
  return end;
}

static int read_attributes_at(const struct folder *folder, const char *name, char **text, size_t *length) {
  char *place = NULL;
  if (asprintf(&place, "/proc/self/fd/%d/%s", folder->fd, *name ? name : ".") < 0) return -1;
  int result = attributes_of(place, text, length), error = errno;
  free(place);
  errno = error;
  return result;
}

/** Numbers and words of a line. */
#define MOST_BESIDE_NAMES 1024

static char *print_head(char *end, const struct folder *folder, const char *name, const struct stat *status, const char *target) {
  const char *above = folder->path, letter = letter_of(status->st_mode);
  end = stpcpy(end, *name || *above ? "./" : ".");
  end = escape(stpcpy(escape(end, above), *above && *name ? "/" : ""), name);
  end += sprintf(end, " type=%s uid=%u gid=%u mode=%04o", type_of(letter), (unsigned)status->st_uid,
                 (unsigned)status->st_gid, (unsigned)(status->st_mode & 07777));
  if (letter == 'f') end += sprintf(end, " size=%jd", (intmax_t)status->st_size);
  end += sprintf(end, " time=%jd.%09ld", (intmax_t)status->st_mtim.tv_sec, status->st_mtim.tv_nsec);
  if (letter == 'l') end = escape(stpcpy(end, " link="), target);
  if (letter == 'c' || letter == 'b')
    end += sprintf(end, " device=linux,%u,%u", major(status->st_rdev), minor(status->st_rdev));
  return end;
}

/** What comes before the path of an entry. */
struct numbers {
  struct facts facts;
  uint32_t type, path, head, attributes;
};

static struct numbers numbers_of(const struct stat *status) {
  char letter = letter_of(status->st_mode);
  struct numbers numbers = {.facts = facts_of(status), .type = htole32(letter)};
  if (letter == 'd') numbers.facts.inode = 0;
  if (letter != 'f') numbers.facts.size = 0;
  return numbers;
}

static bool is_plain(const struct piece *piece) { return ((struct survey_walk *)walk_of(piece))->is_plain; }

static int print_entry(struct piece *piece, const struct folder *folder, const char *name, const struct stat *status) {
  char target[PATH_MAX + 1] = "", *attributes = NULL;
  const char *above = folder->path;
  size_t length = 0;
  if (S_ISLNK(status->st_mode)) {
    ssize_t size = readlinkat(folder->fd, name, target, PATH_MAX);
    if (size < 0) return -1;
    target[size] = 0;
  }
  if (!is_plain(piece) && read_attributes_at(folder, name, &attributes, &length) < 0) return -1;
  char *start = room_in(piece, 5 * (strlen(above) + strlen(name)) + 4 * strlen(target) + length + MOST_BESIDE_NAMES);
  if (!start) {
    free(attributes);
    return -1;
  }
  struct numbers numbers = numbers_of(status);
  char *path = start + sizeof numbers, *head = stpcpy(stpcpy(stpcpy(path, above), *above && *name ? "/" : ""), name);
  char *end = print_head(head, folder, name, status, target);
  numbers.path = htole32(head - path);
  numbers.head = htole32(end - head);
  numbers.attributes = htole32(length);
  memcpy(start, &numbers, sizeof numbers);
  written_to(piece, attributes ? mempcpy(end, attributes, length) : end);
  free(attributes);
  return 0;
}

static int print_part(struct piece *piece, const struct part *part) {
  const struct folder *folder = part->folder;
  struct stat status;
  if (part->from == part->to) return print_entry(piece, folder, "", &folder->status);
  for (size_t index = part->from; index < part->to; index++) {
    const char *name = folder->names.names + folder->names.entries[index].name;
    if (fstatat(folder->fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0) return -1;
    if (print_entry(piece, folder, name, &status) < 0) return -1;
  }
  return 0;
}

static void end_survey(struct walk *base) {
  struct survey_walk *walk = (struct survey_walk *)base;
  while (walk->depth > 0) release_folder(walk->levels[--walk->depth].folder);
  free(walk->levels);
  walk->levels = NULL;
  walk->room = 0;
}

static const struct kind SURVEY = {next_part, print_part, end_survey};

static napi_value open_survey(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2];
  int32_t top = -1;
  bool is_plain = false;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  if (napi_get_value_int32(env, arguments[0], &top) != napi_ok ||
      napi_get_value_bool(env, arguments[1], &is_plain) != napi_ok)
    return fail(env, EINVAL);
  struct survey_walk *walk = calloc(1, sizeof *walk);
  if (!walk) return fail(env, ENOMEM);
  walk->is_plain = is_plain;
  begin_walk(&walk->walk, &SURVEY, top);
  return give_walk(env, &walk->walk);
}

void add_surveys(napi_env env, napi_value exports) {
  add_function(env, exports, "openSurvey", open_survey);
}
