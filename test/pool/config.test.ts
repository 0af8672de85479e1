import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseActions } from "../../src/pool/choose.ts";
import { joinCommand, splitCommand } from "../../src/pool/command-line.ts";
import { parsePool } from "../../src/pool/config/load.ts";
import type { PoolConfig } from "../../src/pool/config/model.ts";
import { PoolError } from "../../src/pool/errors.ts";

function load(text: string): PoolConfig {
  const loaded = parsePool("pool.conf", Buffer.from(text));
  assert.ok(loaded.ok, loaded.ok ? "" : loaded.complaints.join("\n"));
  return loaded.config;
}

function complaints(text: string): string[] {
  const loaded = parsePool("pool.conf", Buffer.from(text));
  return loaded.ok ? [] : loaded.complaints;
}

const COLLECT = "[collect]\ncollect_dir = /c\n[dir-etc]\nabs_path = /etc\n";

test("a file or folder has what the section [collect] says, unless it says otherwise itself", () => {
  const { collect } = load(
    `[collect]\ncollect_dir = /c/\ncollect_mode = incr\narchive_mode = tarbz2\nexclude_pattern[] = .*\\.o\n
     [file-a]\nabs_path = /a\narchive_mode = tar\n
     [dir-b]\nabs_path = /b/\nignore_file = .skip\nexclude_abs_path[] = /b/x\nexclude_rel_path[] = y/z\n`,
  );
  assert.equal(collect?.collectDir, "/c");
  const [a, b] = collect?.items ?? [];
  assert.deepEqual([a?.collectMode, a?.archiveMode, a?.excludePatterns.length], ["incr", "tar", 0]);
  assert.deepEqual([b?.absPath, b?.archiveMode, b?.ignoreFile], ["/b", "tarbz2", ".skip"]);
  assert.deepEqual(b?.excludePaths, ["/b/x", "/b/y/z"]);
  assert.ok(b?.excludePatterns[0]?.test("/b/c.o"));
});

test("a peer has what [options] says, and peers of the stage section take the place of all others", () => {
  const { peers, stage } = load(
    `[options]\nbackup_user = me\nmanaged_actions = collect, purge\n[stage]\nstaging_dir = /s\n
     [peer-a]\nname = a.example.org\nmanaged = yes\ncollect_dir = /c\n[stage-peer-b]\ntype = local\ncollect_dir = /c\n`,
  );
  assert.deepEqual(
    [peers[0]?.name, peers[0]?.backupUser, peers[0]?.managedActions],
    ["a.example.org", "me", ["collect", "purge"]],
  );
  assert.deepEqual(
    stage?.peers.map(({ name }) => name),
    ["b"],
  );
});

const BROKEN: [text: string, ...expected: RegExp[]][] = [
  ["", /^pool\.conf: there is nothing to do/],
  ["[colect]\n", /^pool\.conf:1: there is no section \[colect\]; did you mean "collect"\?/],
  ["[dir-]\nabs_path = /a\n", /^pool\.conf:1: there is no section \[dir-\]/],
  ["[collect]\ncollect_dir = c\n[dir-a]\nabs_path = /a\n", /^pool\.conf:2: collect_dir must be an absolute path/],
  ["[collect]\n[dir-a]\nabs_path = /a\n", /^pool\.conf:1: \[collect\] lacks collect_dir$/],
  ["[collect]\ncollect_dir = /c\n", /^pool\.conf:1: there is nothing to collect/],
  [
    "[dir-a]\nabs_path = /a\n[purge-a]\nabs_path = /a\nretain_days = 1\n",
    /^pool\.conf:2: \[dir-a\] needs a section \[collect\]/,
  ],
  [`${COLLECT}[options]\nstarting_day = mon\n`, /^pool\.conf:6: starting_day must be .*did you mean|must be sunday/],
  [
    `${COLLECT}[options]\nstarting_day = friday\nwork_dir = /x\n`,
    /^pool\.conf:7: \[options\] has no key work_dir; did you mean "working_dir"\?$/,
  ],
  [
    `${COLLECT}[dir-b]\nabs_path = /a-b\n[dir-c]\nabs_path = /a/b\n`,
    /^pool\.conf:8: the archives of \/a-b and \/a\/b would both be a-b\.tar\.gz$/,
  ],
  [`${COLLECT}dereference = yes\n`, /^pool\.conf:5: dereference = yes needs a link_depth of at least 1$/],
  [`${COLLECT}exclude_pattern[] = (\n`, /^pool\.conf:5: exclude_pattern\[\] is no regular expression/],
  [`${COLLECT}exclude_pattern[] = \\A.*\n`, /^pool\.conf:5: exclude_pattern\[\] cannot be read: \\A is Python's/],
  ["[stage]\nstaging_dir = /s\n", /^pool\.conf:1: there are no peers to stage/],
  [
    "[stage]\nstaging_dir = /s\n[peer-a]\ncollect_dir = /c\n[peer-b]\nname = a\ncollect_dir = /d\n",
    /^pool\.conf:6: there is a peer named a already$/,
  ],
  [
    "[stage]\nstaging_dir = /s\n[peer-a]\ncollect_dir = /c\nmanaged = yes\n",
    /^pool\.conf:5: it has no managed_actions/,
  ],
  [
    "[stage]\nstaging_dir = /s\n[peer-a]\ntype = local\ncollect_dir = /c\nmanaged = yes\n",
    /^pool\.conf:6: only a remote peer can be managed$/,
  ],
  ["[store]\ntarget_device = /dev/sr0\n", /^pool\.conf:1: where the staged days are is not known/],
  [
    "[store]\nsource_dir = /s\ntarget_device = /dev/sr0\nmedia_type = dvd\n",
    /^pool\.conf:4: media_type must be cdr-74/,
  ],
  [
    "[store]\nsource_dir = /s\ntarget_device = /dev/sr0\nblank_mode = daily\n",
    /^pool\.conf:4: blank_mode and blank_factor belong together/,
  ],
  ["[purge-a]\nabs_path = /a\nretain_days = -1\n", /^pool\.conf:3: retain_days must be a whole number/],
  [`${COLLECT}[action-mysql]\nindex = 1\n`, /^pool\.conf:5: the extension mysql needs a section \[mysql\]$/],
  [`${COLLECT}[action-x]\ncommand = /bin/true\n`, /^pool\.conf:5: \[action-x\] lacks index$/],
  [`${COLLECT}[action-x]\nindex = 1\n`, /^pool\.conf:5: \[action-x\] lacks command$/],
  [`${COLLECT}[action-stage]\ncommand = /bin/true\nindex = 1\n`, /^pool\.conf:5: "stage" is an action already$/],
  [`${COLLECT}[mysql]\nall = yes\ndatabase[] = a\n`, /^pool\.conf:6: write all = yes, or the databases; not both$/],
  [
    `${COLLECT}[mysql]\noptions_file = hunter2\nall = yes\n`,
    /^pool\.conf:6: options_file must be the absolute path of a file, or credential:NAME; never the secret itself$/,
  ],
  [
    `${COLLECT}[options]\norder_mode = dependency\n[action-x]\ncommand = /bin/true\nrun_after = purge\nrun_before = collect\n`,
    /^pool\.conf: the actions .*x.* depend on each other in a circle$/,
  ],
  [
    `${COLLECT}[options]\norder_mode = dependency\n[action-x]\ncommand = /bin/true\nrun_after = y\n`,
    /^pool\.conf: the action x depends on "y", which is no action$/,
  ],
  [
    "[collect]\ncollect_dir = c\ncollect_mode = often\n[purge-a]\nretain_days = x\n",
    /:2: /,
    /:3: /,
    /:4: \[purge-a\] lacks abs_path/,
    /:5: /,
  ],
];

for (const [text, ...expected] of BROKEN) {
  test(`refused: ${JSON.stringify(text)}`, () => {
    const found = complaints(text);
    for (const pattern of expected) {
      assert.ok(
        found.some((line) => pattern.test(line)),
        found.join("\n"),
      );
    }
  });
}

const EXTENSIONS = "[action-early]\ncommand = /bin/true\nindex = 50\n[action-mid]\ncommand = /bin/true\nindex = 250\n";
const DEPENDENT = `[options]\norder_mode = dependency\n[action-dump]\ncommand = /bin/true\nrun_before = collect\n
  [action-crypt]\ncommand = /bin/true\nrun_after = stage\nrun_before = store\n`;

const ORDERS: [text: string, words: string, order: string][] = [
  ["", "purge collect", "collect purge"],
  ["", "all", "collect stage store purge"],
  [EXTENSIONS, "all", "collect stage store purge"],
  [EXTENSIONS, "purge mid stage early store", "early stage mid store purge"],
  ["", "stage stage collect", "collect stage"],
  [DEPENDENT, "purge crypt store stage collect dump", "dump collect stage crypt store purge"],
];

for (const [text, words, order] of ORDERS) {
  test(`"${words}" is done as "${order}"${text === "" ? "" : " with extensions"}`, () => {
    assert.equal(chooseActions(words.split(" "), load(`${COLLECT}${text}`)).join(" "), order);
  });
}

for (const words of ["all collect", "validate purge", "rebuild rebuild", "colect", "mysql"]) {
  test(`"${words}" is refused with exit code 4`, () => {
    const check = (error: unknown) => error instanceof PoolError && error.poolExitCode === 4;
    assert.throws(() => chooseActions(words.split(" "), load(COLLECT)), check);
  });
}

test("a command is split at blanks, and double quotes hold a word together", () => {
  assert.deepEqual(splitCommand('  a  "b c" d"e f"g ""'), ["a", "b c", "de fg", ""]);
  assert.equal(splitCommand('a "b'), undefined);
  assert.equal(splitCommand("  "), undefined);
  assert.deepEqual(splitCommand(joinCommand(["a", "b c", "'$x'"])), ["a", "b c", "'$x'"]);
});
