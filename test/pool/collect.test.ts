import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { type TestContext, test } from "node:test";
import { makePlace, needsRoot, type Place, type PoolRun } from "./place.ts";

/** The members of the archives, without the place they come from: by archive, or all when there is one. */
function members(place: Place, archive: string): string[] {
  const root = place.at("x").slice(1, -1);
  const listed = execFileSync("tar", ["-tf", place.at(`collect/${archive}`), "--quoting-style=literal"], {
    encoding: "utf8",
  });
  return listed
    .trimEnd()
    .split("\n")
    .map((name) => name.replace(root, "").replace(/\/$/, ""))
    .sort();
}

function archives(place: Place): string[] {
  return place.tree("collect").filter((name) => name.includes(".tar"));
}

/** Root can read everything: becomes somebody who cannot, for one run. */
async function collectAsNobody(place: Place): Promise<PoolRun> {
  execFileSync("chmod", ["a+rwx", place.at("x").slice(0, -2), place.at("src")]);
  const session = process.env.XDG_RUNTIME_DIR;
  process.env.XDG_RUNTIME_DIR = place.at("session");
  process.seteuid?.("nobody");
  try {
    return await place.run(["collect"]);
  } finally {
    process.seteuid?.(0);
    process.env.XDG_RUNTIME_DIR = session ?? "";
  }
}

/** A place whose archives have short names in what follows: "src.tar.gz" for the folder src. */
function collecting(
  t: TestContext,
  keys = "",
  shared = "",
): Place & { only(): string[]; archive(name: string): string } {
  const place = makePlace(t);
  place.configure(`[collect]\ncollect_dir = @/collect\n${shared}\n[dir-src]\nabs_path = @/src\n${keys}\n`);
  const archive = (name: string) => `${place.at("x").slice(1, -1).replaceAll("/", "-")}${name}`;
  return { ...place, archive, only: () => members(place, archive("src.tar.gz")) };
}

test("an archive holds files, empty folders, and links, also those that lead nowhere, with their modes", async (t) => {
  const place = collecting(t);
  place.write("src/a/file");
  mkdirSync(place.at("src/empty"));
  chmodSync(place.at("src/empty"), 0o751);
  symlinkSync("a/file", place.at("src/link"));
  symlinkSync("nowhere", place.at("src/dangling"));
  execFileSync("mkfifo", [place.at("src/pipe")]);
  const name = Buffer.concat([Buffer.from(place.at("src/odd\n")), Buffer.from([0xff])]);
  writeFileSync(name, "odd");
  const { code, screen } = await place.run(["collect"]);
  assert.deepEqual([code, screen], [0, []]);
  mkdirSync(place.at("out"));
  execFileSync("tar", ["-xpf", place.at(`collect/${place.archive("src.tar.gz")}`), "-C", place.at("out")]);
  rmSync(place.at("src/pipe"));
  assert.equal(
    execFileSync("diff", ["-r", "--no-dereference", place.at("src"), `${place.at("out")}${place.at("src")}`], {
      encoding: "utf8",
    }),
    "",
  );
  assert.equal(
    execFileSync("stat", ["-c", "%a", `${place.at("out")}${place.at("src/empty")}`], { encoding: "utf8" }),
    "751\n",
  );
  assert.ok(place.tree("collect").includes("cback.collect"));
});

for (const [mode, suffix, program] of [
  ["tar", "tar", "cat"],
  ["tarbz2", "tar.bz2", "bzcat"],
  ["tarzst", "tar.zst", "zstdcat"],
] as const) {
  test(`archive_mode ${mode} makes a .${suffix}`, async (t) => {
    const place = collecting(t, `archive_mode = ${mode}`);
    place.write("src/file");
    assert.equal((await place.run(["collect"])).code, 0);
    const tar = execFileSync(program, [place.at(`collect/${place.archive(`src.${suffix}`)}`)]);
    assert.match(execFileSync("tar", ["-t"], { input: tar, encoding: "utf8" }), /src\/file\n$/);
  });
}

test("what is excluded, or lies beside an ignore file, is left out with all below it", async (t) => {
  const place = collecting(
    t,
    "exclude_rel_path[] = gone\nexclude_abs_path[] = @/src/keep/gone\nexclude_pattern[] = .*\\.log",
    "ignore_file = .skip\nexclude_pattern[] = .*/cache|.*/tmp",
  );
  for (const file of [
    "gone/x",
    "keep/gone/x",
    "keep/a.log",
    "keep/a.logx",
    "keep/log",
    "cache/x",
    "tmp/x",
    "skipped/.skip",
    "skipped/x/y",
  ]) {
    place.write(`src/${file}`);
  }
  assert.equal((await place.run(["collect"])).code, 0);
  assert.deepEqual(place.only(), ["src", "src/keep", "src/keep/a.logx", "src/keep/log"]);
});

test("a folder that is excluded or ignored itself has no archive, and that is no error", async (t) => {
  const place = collecting(t, "exclude_abs_path[] = @/src");
  place.write("src/x");
  assert.equal((await place.run(["collect"])).code, 0);
  assert.deepEqual(archives(place), []);
});

const LINKS: [keys: string, expected: string[]][] = [
  ["", ["src", "src/deep", "src/deep/two", "src/file", "src/one"]],
  ["link_depth = 1", ["src", "src/deep", "src/deep/two", "src/file", "src/one/x"]],
  ["link_depth = 2", ["src", "src/deep", "src/deep/two/y", "src/file", "src/one/x"]],
  [
    "link_depth = 1\ndereference = yes",
    ["other/a.log", "other/one", "other/one/x", "src", "src/deep", "src/deep/two", "src/file", "src/one"],
  ],
];

for (const [keys, expected] of LINKS) {
  test(`links with ${keys.replace("\n", ", ") || "neither link_depth nor dereference"}`, async (t) => {
    const place = collecting(t, keys);
    place.write("other/one/x");
    place.write("other/two/y");
    place.write("other/a.log");
    mkdirSync(place.at("src/deep"), { recursive: true });
    symlinkSync(place.at("other/one"), place.at("src/one"));
    symlinkSync(place.at("other/two"), place.at("src/deep/two"));
    symlinkSync(place.at("other/a.log"), place.at("src/file"));
    assert.equal((await place.run(["collect"])).code, 0);
    assert.deepEqual(place.only(), expected);
  });
}

const LEVELS: [level: number, expected: Record<string, string[]>][] = [
  [
    1,
    {
      "src.tar.gz": ["src", "src/f"],
      "src-a.tar.gz": ["src/a", "src/a/b", "src/a/b/x", "src/a/f"],
      "src-c.tar.gz": ["src/c"],
    },
  ],
  [
    -1,
    {
      "src.tar.gz": ["src", "src/f"],
      "src-a.tar.gz": ["src/a", "src/a/f"],
      "src-a-b.tar.gz": ["src/a/b", "src/a/b/x"],
      "src-c.tar.gz": ["src/c"],
    },
  ],
];

for (const [level, expected] of LEVELS) {
  test(`recursion_level ${level} gives folders archives of their own`, async (t) => {
    const place = collecting(t, `recursion_level = ${level}\nexclude_rel_path[] = no`);
    for (const file of ["f", "a/f", "a/b/x", "no/x"]) {
      place.write(`src/${file}`);
    }
    mkdirSync(place.at("src/c"));
    assert.equal((await place.run(["collect"])).code, 0);
    const found = archives(place).map((name) => [name.slice(place.archive("").length), members(place, name)]);
    assert.deepEqual(Object.fromEntries(found), expected);
  });
}

test("incr takes what is new, or has another content or mode, whatever its time says; all on the starting day", async (t) => {
  const place = collecting(t, "collect_mode = incr");
  const old = new Date("2020-01-01");
  for (const file of ["same", "edited", "chmodded", "removed"]) {
    utimesSync(place.write(`src/${file}`), old, old);
  }
  symlinkSync("same", place.at("src/link"));
  const day = async (now: string, full = false) => {
    rmSync(place.at("collect"), { recursive: true, force: true });
    assert.equal((await place.run(["collect"], { now, full })).code, 0);
    return archives(place).length === 0 ? "no archive" : place.only();
  };
  const all = ["src", "src/chmodded", "src/edited", "src/link", "src/removed", "src/same"];
  assert.deepEqual(await day("2026-11-24T01:00:00"), all);
  assert.equal(await day("2026-11-25T01:00:00"), "no archive");
  writeFileSync(place.at("src/edited"), "content of src/editeD\n");
  utimesSync(place.at("src/edited"), old, old);
  chmodSync(place.at("src/chmodded"), 0o600);
  rmSync(place.at("src/removed"));
  utimesSync(place.at("src/same"), new Date(), new Date());
  place.write("src/new");
  assert.deepEqual(await day("2026-11-26T01:00:00"), ["src/chmodded", "src/edited", "src/new"]);
  assert.equal(await day("2026-11-27T01:00:00"), "no archive");
  assert.equal((await day("2026-11-28T01:00:00", true)).length, 6);
  assert.equal((await day("2026-11-30T01:00:00")).length, 6);
});

test("an incremental archive that nobody has fetched is made anew, and lacks nothing of what it held", async (t) => {
  const place = collecting(t, "collect_mode = incr");
  place.write("src/base");
  await place.run(["collect"], { now: "2026-11-24T01:00:00" });
  place.write("collect/cback.stage", "");
  place.write("src/first");
  await place.run(["collect"], { now: "2026-11-25T01:00:00" });
  assert.deepEqual(place.only(), ["src/first"]);
  place.write("src/second");
  await place.run(["collect"], { now: "2026-11-26T01:00:00" });
  assert.deepEqual(place.only(), ["src/first", "src/second"]);
});

test("a full archive that nobody has fetched stays full when it is made anew", async (t) => {
  const place = collecting(t, "collect_mode = incr");
  place.write("src/base");
  await place.run(["collect"], { now: "2026-11-24T01:00:00" });
  place.write("collect/cback.stage", "");
  // Monday's is a full one, and no master comes.
  await place.run(["collect"], { now: "2026-11-30T01:00:00" });
  place.write("src/new");
  await place.run(["collect"], { now: "2026-12-01T01:00:00" });
  assert.deepEqual(place.only(), ["src", "src/base", "src/new"]);
});

test("digests are not committed when the archive fails: nothing is lost for the next day", async (t) => {
  const place = collecting(t, "collect_mode = incr");
  place.write("src/base");
  await place.run(["collect"], { now: "2026-11-24T01:00:00" });
  place.write("src/new");
  rmSync(place.at("collect"), { recursive: true });
  const before = readFileSync(place.at(`work/${place.archive("src")}.digests`), "utf8");
  place.configure(
    `[collect]\ncollect_dir = @/collect\n[dir-src]\nabs_path = @/src\ncollect_mode = incr\n`,
    "override[] = tar /bin/false",
  );
  assert.equal((await place.run(["collect"], { now: "2026-11-25T01:00:00" })).code, 6);
  assert.equal(readFileSync(place.at(`work/${place.archive("src")}.digests`), "utf8"), before);
  assert.deepEqual(place.tree("collect"), ["cback.collect"]);
});

test("weekly is collected on the starting day, with --full, and when the week has had none", async (t) => {
  const place = collecting(t, "collect_mode = weekly");
  place.write("src/x");
  const day = async (now: string, full = false) => {
    rmSync(place.at("collect"), { recursive: true, force: true });
    assert.equal((await place.run(["collect"], { now, full })).code, 0);
    return archives(place).length;
  };
  assert.equal(await day("2026-11-25T01:00:00"), 0);
  assert.equal(await day("2026-11-26T01:00:00", true), 1);
  assert.equal(await day("2026-11-30T01:00:00"), 1);
  assert.equal(await day("2026-12-01T01:00:00"), 0);
  // The machine was off on Monday the 7th.
  assert.equal(await day("2026-12-08T01:00:00"), 1);
  assert.equal(await day("2026-12-09T01:00:00"), 0);
});

test("a path that is missing, or is no file, does not keep the others from being collected", async (t) => {
  const place = makePlace(t);
  place.write("good/x");
  place.write("file");
  mkdirSync(place.at("folder"));
  place.configure(
    `[collect]\ncollect_dir = @/collect\n[dir-a]\nabs_path = @/missing\n[file-b]\nabs_path = @/absent\n[file-c]\nabs_path = @/folder\n
     [file-d]\nabs_path = @/file\n[dir-z]\nabs_path = @/good\n`,
  );
  const { code, screen } = await place.run(["collect"]);
  assert.equal(code, 6);
  assert.equal(screen.filter((line) => line.startsWith("cannot collect ")).length, 3);
  assert.deepEqual(
    archives(place).map((name) => name.split("-").at(-1)),
    ["file.tar.gz", "good.tar.gz"],
  );
  assert.ok(place.tree("collect").includes("cback.collect"));
});

test("folders that a recursion level takes apart never overwrite another archive", async (t) => {
  const place = makePlace(t);
  place.write("src/a-b/x");
  place.write("src/a/b/y");
  place.configure(`[collect]\ncollect_dir = @/collect\n[dir-src]\nabs_path = @/src\nrecursion_level = 2\n`);
  const { code, screen } = await place.run(["collect"]);
  assert.equal(code, 6);
  assert.match(screen.join(), /the archive \S+-src-a-b\.tar\.gz is that of another path/);
});

test("an archive that was never finished is removed, and yesterday's mark does not vouch for it", async (t) => {
  const place = collecting(t);
  place.write("src/x");
  place.write("collect/.etc.tar.gz.partial");
  place.write("collect/cback.collect", "");
  place.configure(
    "[collect]\ncollect_dir = @/collect\n[dir-src]\nabs_path = @/src\n",
    `pre_action_hook[] = collect /bin/true`,
  );
  assert.equal((await place.run(["collect"])).code, 0);
  assert.deepEqual(
    place.tree("collect").map((name) => basename(name).replace(place.archive(""), "")),
    ["cback.collect", "src.tar.gz"],
  );
});

test(
  "a file that cannot be read is named, the rest is in the archive, and tomorrow it is tried again",
  needsRoot,
  async (t) => {
    const place = collecting(t, "collect_mode = incr");
    place.write("src/a");
    chmodSync(place.write("src/secret"), 0o000);
    const { code, screen } = await collectAsNobody(place);
    assert.equal(code, 6);
    assert.match(screen[0] ?? "", /^cannot collect .*\/src\/secret: EACCES/);
    assert.deepEqual(place.only(), ["src", "src/a"]);
    assert.ok(!readFileSync(place.at(`work/${place.archive("src")}.digests`), "latin1").includes("secret"));
  },
);

test("a file that tar cannot read makes the archive incomplete, which is reported", needsRoot, async (t) => {
  const place = collecting(t);
  place.write("src/a");
  chmodSync(place.write("src/secret"), 0o000);
  const { code, screen } = await collectAsNobody(place);
  assert.equal(code, 6);
  assert.match(screen[0] ?? "", /src\.tar\.gz is not complete: .*src\/secret: Cannot open: Permission denied/);
  assert.deepEqual(place.only(), ["src", "src/a"]);
});
