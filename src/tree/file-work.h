// Work on many regular files, given by their paths: what hashFiles and copyFiles have in common.
#ifndef BAKUP_FILE_WORK_H
#define BAKUP_FILE_WORK_H

#include "../process/addon.h"
#include "../process/sha256.h"
#include "folder.h"

/** What comes of a file. */
enum { DONE = 1, ABSENT = 2, FAILED = 3, DONE_WITH_ATTRIBUTES = 4 };

/** What is said of a file, as hashFiles describes it. */
struct file_record {
  uint64_t outcome;
  struct facts facts;
  unsigned char hash[SHA256_BYTES];
};

/** A folder below a top, kept open for the files that follow. */
struct place {
  int folder;
  char *path;
};

/** So many bytes has the room of a worker. */
#define ROOM_BYTES 262144

/** What one thread needs. */
struct worker {
  EVP_MD_CTX *context;
  char *room;
  /** One for each top. */
  struct place places[2];
};

/** The file at hand, open to be read: a regular one. */
struct file {
  int fd;
  struct stat status;
  const char *path, *name;
};

struct file_work;

struct file_work_kind {
  const char *name;
  /** How many tops it has, which are the first arguments: 1 or 2. */
  int tops;
  /** Does the work on one file below the first top, puts what it is into the record, and says what came of it. */
  int (*work)(const struct file_work *work, struct worker *worker, const struct file *file, struct file_record *record);
};

struct file_work {
  struct task task;
  const struct file_work_kind *kind;
  napi_ref stop_reference;
  const char *stop;
  int32_t tops[2];
  char *paths;
  struct file_record *records;
  size_t count;
};

bool is_stopped(const struct file_work *work);

/** Opens the folder of a path below a top, and says where the name begins. Returns NULL and errno. */
const char *enter(struct place *place, int top, const char *path, int (*open_folder)(int top, const char *path));

/** Lets go what a place has open. */
void leave(struct place *place);

/** Has another thread do it. The arguments: the tops, the paths with a NUL byte each, the byte that stops it. */
napi_value begin_file_work(napi_env env, napi_callback_info info, const struct file_work_kind *kind);

#endif
