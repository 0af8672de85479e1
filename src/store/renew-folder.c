// Folders of links, made the same as others. One function:
//
//   renewFolders(from: number, to: number, folders: Uint8Array): Promise<Buffer>
//       on another thread, for folders of two trees of which the tops are open: makes each one below the second top hold
//       what the one below the first top holds, but for what lies in their folders, and gives it its attributes. Names
//       that lead to the same inode stay. Folders are given as "KIND PATH" and a NUL byte each; the path of the top is
//       empty, and KIND is n for one that was just made and holds nothing, else o. Of a folder that lies on another file
//       system than the top only the attributes count.
//       Says what is left to do, by "KIND TYPE NAME" and a NUL byte each; KIND is one of
//         >  all that follows is of this folder, which has its number in the list as its NAME
//         =  a folder in both
//         -  in the second one, and not wanted
//         +  in the first one, and not in the second one
//         @  the folder itself has not got its attributes
//         !  one of both cannot be read, with the errno's name as its NAME
//       TYPE is find's letter. Where a folder is missing, not wanted, or in the place of something else, nothing is
//       changed; elsewhere only what failed is left. Both tops must stay open meanwhile
#define _GNU_SOURCE
#include "../process/addon.h"
#include "../tree/folder.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/** Of the two listings, this one. */
enum { WANTED, PRESENT };

struct difference {
  char kind, type;
  const char *name;
};

/** One folder. */
struct renewal {
  int folders[2];
  struct listing listings[2];
  /** In the order of the names; what is done has no kind any more. */
  struct difference *differences;
  size_t count;
};

struct renewals {
  struct task task;
  int32_t tops[2];
  /** The first top's file system. */
  dev_t device;
  char *folders;
  size_t length;
  /** What is left of all, and 0 for no memory to say so. */
  char *left;
  size_t said;
};

static void free_renewal(struct renewal *renewal) {
  for (int side = 0; side < 2; side++) {
    free_listing(&renewal->listings[side]);
    if (renewal->folders[side] >= 0) close(renewal->folders[side]);
  }
  free(renewal->differences);
}

static void note(struct renewal *renewal, char kind, const struct listing *listing, size_t index) {
  const struct entry *entry = &listing->entries[index];
  renewal->differences[renewal->count++] = (struct difference){kind, entry->type, listing->names + entry->name};
}

/** Which of the two names comes first; a listing that has ended comes last. */
static int order(const struct listing *wanted, size_t left, const struct listing *present, size_t right) {
  if (left == wanted->count) return 1;
  if (right == present->count) return -1;
  return strcmp(wanted->names + wanted->entries[left].name, present->names + present->entries[right].name);
}

static int compare(struct renewal *renewal) {
  const struct listing *wanted = &renewal->listings[WANTED], *present = &renewal->listings[PRESENT];
  renewal->differences = malloc((wanted->count + present->count + 1) * sizeof *renewal->differences);
  if (!renewal->differences) return -1;
  for (size_t left = 0, right = 0; left < wanted->count || right < present->count;) {
    int first = order(wanted, left, present, right);
    const struct entry *want = &wanted->entries[left], *have = &present->entries[right];
    if (first == 0 && want->type == have->type && (want->type == 'd' || want->inode == have->inode)) {
      if (want->type == 'd') note(renewal, '=', wanted, left);
    } else {
      if (first >= 0) note(renewal, '-', present, right);
      if (first <= 0) note(renewal, '+', wanted, left);
    }
    left += first <= 0;
    right += first >= 0;
  }
  return 0;
}

static bool is_left(const struct renewal *renewal, bool of_folders) {
  for (size_t index = 0; index < renewal->count; index++) {
    const struct difference *each = &renewal->differences[index];
    if ((each->kind == '-' || each->kind == '+') && (!of_folders || each->type == 'd')) return true;
  }
  return false;
}

/** A name that is given anew was removed just before: its removal comes first in the order. */
static void change_names(struct renewal *renewal) {
  int from = renewal->folders[WANTED], to = renewal->folders[PRESENT];
  for (size_t index = 0; index < renewal->count; index++) {
    struct difference *each = &renewal->differences[index];
    if (each->kind == '-' && unlinkat(to, each->name, 0) == 0) each->kind = 0;
    if (each->kind == '+' && linkat(from, each->name, to, each->name, 0) == 0) each->kind = 0;
  }
}

static int open_both(struct renewal *renewal, const int32_t *tops, const char *path) {
  for (int side = 0; side < 2; side++) {
    renewal->folders[side] = open_below(tops[side], path);
    if (renewal->folders[side] < 0) return -1;
  }
  return 0;
}

static int renew(struct renewal *renewal, const struct renewals *renewals, const char *path, bool is_new) {
  struct stat status;
  if (open_both(renewal, renewals->tops, path) < 0 || fstat(renewal->folders[WANTED], &status) < 0) return -1;
  if (status.st_dev == renewals->device) {
    if (read_sorted(renewal->folders[WANTED], &renewal->listings[WANTED]) < 0) return -1;
    if (!is_new && read_sorted(renewal->folders[PRESENT], &renewal->listings[PRESENT]) < 0) return -1;
  }
  if (compare(renewal) < 0) return -1;
  if (!is_left(renewal, true)) change_names(renewal);
  if (is_left(renewal, false) || copy_all_attributes(renewal->folders[WANTED], renewal->folders[PRESENT]) < 0)
    renewal->differences[renewal->count++] = (struct difference){'@', 'd', "."};
  return 0;
}

static void say(FILE *out, char kind, char type, const char *name) {
  fprintf(out, "%c %c %s", kind, type, name);
  fputc(0, out);
}

static void renew_one(FILE *out, const struct renewals *renewals, const char *folder, size_t number) {
  struct renewal renewal = {.folders = {-1, -1}};
  char text[24];
  sprintf(text, "%zu", number);
  say(out, '>', 'd', text);
  if (renew(&renewal, renewals, folder + 2, *folder == 'n') < 0) {
    say(out, '!', 'd', name_of_error(errno));
  } else {
    for (size_t index = 0; index < renewal.count; index++) {
      const struct difference *each = &renewal.differences[index];
      if (each->kind) say(out, each->kind, each->type, each->name);
    }
  }
  free_renewal(&renewal);
}

static void renew_all(napi_env env, void *data) {
  (void)env;
  struct renewals *renewals = data;
  FILE *out = open_memstream(&renewals->left, &renewals->said);
  if (!out) return;
  size_t number = 0;
  for (const char *each = renewals->folders; each < renewals->folders + renewals->length; each += strlen(each) + 1)
    renew_one(out, renewals, each, number++);
  if (fclose(out) != 0) renewals->said = 0;
}

static void free_renewals(struct renewals *renewals) {
  free(renewals->folders);
  free(renewals->left);
  free(renewals);
}

static void end_renewals(napi_env env, napi_status status, void *data) {
  struct renewals *renewals = data;
  int error = status != napi_ok ? ECANCELED : renewals->said == 0 ? ENOMEM : 0;
  end_task_with_bytes(env, &renewals->task, error, renewals->left, renewals->said);
  free_renewals(renewals);
}

static napi_value renew_folders(napi_env env, napi_callback_info info) {
  size_t count = 3, length = 0;
  napi_value arguments[3];
  char *folders = NULL;
  int32_t from = -1, to = -1;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  if (napi_get_value_int32(env, arguments[0], &from) != napi_ok ||
      napi_get_value_int32(env, arguments[1], &to) != napi_ok || !bytes_of(env, arguments[2], &folders, &length) ||
      length == 0 || folders[length - 1] != 0)
    return fail(env, EINVAL);
  struct stat top;
  if (fstat(from, &top) < 0) return fail(env, errno);
  struct renewals *renewals = calloc(1, sizeof *renewals);
  if (!renewals || !(renewals->folders = malloc(length))) {
    free(renewals);
    return fail(env, ENOMEM);
  }
  memcpy(renewals->folders, folders, length);
  renewals->length = length;
  renewals->tops[WANTED] = from;
  renewals->tops[PRESENT] = to;
  renewals->device = top.st_dev;
  napi_value promise = begin_task(env, &renewals->task, "bakup:renewFolders", renew_all, end_renewals, renewals);
  if (promise) return promise;
  free_renewals(renewals);
  return fail(env, ENOMEM);
}

void add_renewal(napi_env env, napi_value exports) {
  add_function(env, exports, "renewFolders", renew_folders);
}
