import assert from "node:assert/strict";
import { test } from "node:test";
import { TransferError } from "../../src/errors/errors.ts";
import { judge } from "../../src/transfer/rsync.ts";

const end = (exitCode: number | null, signal: NodeJS.Signals | null = null) => ({ exitCode, signal, timedOut: false });
const DENIED = 'rsync: [sender] send_files failed to open "/src/secret": Permission denied (13)';
const OPENDIR = 'rsync: [sender] opendir "/src/dir" failed: Permission denied (13)';
const LINK_STAT = 'rsync: [sender] link_stat "/src/gone" failed: No such file or directory (2)';
const VANISHED = 'file has vanished: "/src/tmp"';
const ERROR_23 = "rsync error: some files/attrs were not transferred (see previous errors) (code 23) at main.c(1394)";
const WARNING_24 = "rsync warning: some files vanished before they could be transferred (code 24) at main.c(1394)";
const REFUSED_LINK =
  "refusing to follow a symlink owned by an untrusted user; use --insecure-links locally or " +
  '"insecure links = yes" in a daemon module ONLY if every path component is trusted';
const OF_A_LINK = "rsync: [generator] get_acl: sys_acl_get_file(b/\\#012, ACL_TYPE_DEFAULT): Permission denied (13)";
const RECEIVER = 'rsync: [receiver] mkstemp "/dst/.x.ABC" failed: Permission denied (13)';

const tolerated: [name: string, code: number, lines: string[], kinds: string[]][] = [
  ["success", 0, [], []],
  ["a file that cannot be read", 23, [DENIED, ERROR_23], ["unreadable"]],
  ["a folder that cannot be read", 23, [OPENDIR, ERROR_23], ["unreadable"]],
  ["a file that vanished", 24, [VANISHED, WARNING_24], ["vanished"]],
  ["a planned file that vanished", 23, [LINK_STAT, ERROR_23], ["vanished"]],
  [
    "a folder that became a file after the plan",
    23,
    [
      'rsync: [sender] link_stat "/src/b/y" failed: Not a directory (20)',
      "could not make way for new regular file: b",
      ERROR_23,
    ],
    ["vanished", "unreadable"],
  ],
  [
    "a folder that became another user's link after the plan",
    23,
    [REFUSED_LINK, 'rsync: [sender] link_stat "/src/b/y" failed: Too many levels of symbolic links (40)', ERROR_23],
    ["unreadable"],
  ],
  ["a link in the place of a folder", 23, [OF_A_LINK, ERROR_23], []],
  ["several of them", 23, [OF_A_LINK, VANISHED, DENIED, OPENDIR, ERROR_23], ["vanished", "unreadable", "unreadable"]],
  [
    "an input error of one file",
    23,
    ['rsync: [sender] read errors mapping "/src/bad": Input/output error (5)', ERROR_23],
    ["unreadable"],
  ],
  [
    "a file that changed while it was read",
    23,
    ["ERROR: db/log failed verification -- update discarded.", ERROR_23],
    ["unreadable"],
  ],
];

for (const [name, code, lines, kinds] of tolerated) {
  test(`${name} (code ${code}) leaves a snapshot possible`, () => {
    const { problems } = judge(end(code), lines, "/src");
    assert.deepEqual(
      problems.map(({ kind }) => kind),
      kinds,
    );
  });
}

const refused: [name: string, code: number, lines: string[]][] = [
  [
    "another user's link in the target",
    23,
    [
      REFUSED_LINK,
      'rsync: [generator] recv_generator: mkdir "/dst/b/y" failed: Too many levels of symbolic links (40)',
    ],
  ],
  ["23 without a reason", 23, [ERROR_23]],
  ["24 without a reason", 24, [WARNING_24]],
  ["an error of the receiving side", 23, [DENIED, RECEIVER, ERROR_23]],
  ["a line that nobody knows", 23, [DENIED, "rsync: something new", ERROR_23]],
  ["a missing source", 23, ['rsync: [sender] change_dir "/src" failed: No such file or directory (2)', ERROR_23]],
  ["a source that became a file", 23, ['rsync: [sender] change_dir "/src" failed: Not a directory (20)', ERROR_23]],
  ["a source that cannot be read at all", 23, ['rsync: [sender] opendir "/src/." failed: Permission denied (13)']],
  ["a limit of deletions that a daemon kept", 0, ["Deletions stopped due to --max-delete limit (90 skipped)"]],
  ["a full disk", 11, ['rsync: [receiver] write failed on "/dst/x": No space left on device (28)']],
];

for (const [name, code, lines] of refused) {
  test(`${name} (code ${code}) fails the transfer`, () => {
    assert.throws(() => judge(end(code), lines, "/src"), TransferError);
  });
}

const FAILING = [1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14, 15, 16, 20, 21, 22, 25, 30, 35, 124, 125, 126, 127, 255, 99];
for (const code of FAILING) {
  test(`exit code ${code} fails, whatever was complained about`, () => {
    assert.throws(() => judge(end(code), [VANISHED], "/src"), new RegExp(`exit code ${code} `));
  });
}

test("a killed rsync fails", () => {
  assert.throws(() => judge(end(null, "SIGKILL"), [], "/src"), /killed by SIGKILL/);
});

test("names in complaints are decoded", () => {
  const { problems } = judge(end(24), ['file has vanished: "/src/a\\#012b"'], "/src");
  assert.equal(problems[0]?.path, "/src/a\nb");
});

test("held deletions are noticed", () => {
  const lines = [OPENDIR, "IO error encountered -- skipping file deletion", ERROR_23];
  assert.equal(judge(end(23), lines, "/src").deletionsHeld, true);
});
