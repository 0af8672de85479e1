import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { makePlace } from "../place.ts";

/** A place that has no configuration yet: `config` names the one that init is to begin. */
function freshPlace(context: TestContext) {
  const place = makePlace(context);
  const config = join(place.folder, "etc/bakup.conf");
  const location = join(place.folder, "disk/box/latest");
  const run = (command: string, ...args: string[]) => place.bakup(command, "--config", config, ...args);
  const needed = ["box", "--source", place.source, "--location", location];
  return { ...place, config, file: join(place.folder, "etc/profiles.d/box.conf"), location, run, needed };
}

test("without a terminal, options make a profile that passes the check and backs up", async (context) => {
  const { run, needed, config, file, write, store } = freshPlace(context);
  write("a", "one");
  const made = await run(
    "init",
    ...needed,
    "--exclude",
    "*.iso",
    "--keep",
    "daily=3",
    "--timer-arg",
    "1s",
    "--timer-arg",
    "always",
  );
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stdout, new RegExp(`^written: ${file}\n`));
  assert.match(made.stdout, new RegExp(`the first backup now: bakup run --config ${config} box\n$`));
  assert.ok(!existsSync(store));
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(await run("check"), { code: 0, stdout: "1 profile, no mistakes\n", stderr: "" });
  const backup = await run("run", "box");
  assert.equal(backup.code, 0, backup.stderr);
  const [snapshot = ""] = readdirSync(store).filter((name) => /^\d/.test(name));
  assert.equal(readFileSync(join(store, snapshot, "a"), "utf8"), "one");
});

test("a second profile gets an id of its own, and a store in the source is left out", async (context) => {
  const { run, needed, folder, write } = freshPlace(context);
  write("a", "one");
  assert.equal((await run("init", ...needed)).code, 0);
  mkdirSync(join(folder, "disk2"));
  const second = await run("init", "all", "--source", folder, "--location", join(folder, "disk2/all/latest"));
  assert.equal(second.code, 0, second.stderr);
  const text = readFileSync(join(folder, "etc/profiles.d/all.conf"), "utf8");
  assert.match(text, /^id = 2$/m);
  assert.match(text, /^exclude\[\] = \/disk2\/all\/$/m);
  assert.equal((await run("check")).stdout, "2 profiles, no mistakes\n");
});

test("a dry run prints the profile and writes nothing", async (context) => {
  const { run, needed, folder } = freshPlace(context);
  const { code, stdout } = await run("init", ...needed, "--dry-run");
  assert.equal(code, 0);
  assert.match(stdout, /^; The profile box, made by bakup init/);
  assert.ok(!existsSync(join(folder, "etc")));
});

test("the mount point of a disk says where the mirror is, and a disk that is not mounted keeps the profile", async (context) => {
  const { run, source, folder, file } = freshPlace(context);
  const mount = join(folder, "mnt");
  const { code, stdout, stderr } = await run(
    "init",
    "box",
    "--source",
    source,
    "--crypto",
    "UUID=1-2",
    "--mount",
    mount,
    "--key",
    "ask",
  );
  assert.equal(code, 0, stderr);
  assert.match(stdout, /no dry run: the disk is not mounted, and a dry run mounts nothing/);
  const text = readFileSync(file, "utf8");
  assert.match(text, new RegExp(`^location = ${mount}/box/latest$`, "m"));
  assert.match(text, /^crypto = UUID=1-2$/m);
  assert.match(text, /^key = ask$/m);
});

test("an existing profile is left as it was", async (context) => {
  const { run, needed, file } = freshPlace(context);
  assert.equal((await run("init", ...needed, "--no-trial-run")).code, 0);
  writeFileSync(file, "; mine\n");
  const { code, stderr } = await run("init", ...needed);
  assert.equal(code, 64);
  assert.match(stderr, /box\.conf exists already, and was left as it is/);
  assert.equal(readFileSync(file, "utf8"), "; mine\n");
});

const WRONG: [title: string, code: number, args: (place: ReturnType<typeof freshPlace>) => string[], said: RegExp][] = [
  ["nothing", 64, () => [], /nobody can be asked, and NAME and --location must be given/],
  ["no location", 64, () => ["box"], /and --location must be given/],
  ["no name", 64, ({ location }) => ["--location", location], /and NAME must be given/],
  ["a name with a slash", 64, ({ needed }) => ["a/b", ...needed.slice(1)], /"a\/b" cannot be the name of a profile/],
  ["a relative source", 64, ({ needed }) => [...needed, "--source", "home"], /--source must be an absolute path/],
  ["an empty pattern", 64, ({ needed }) => [...needed, "--exclude", ""], /--exclude must not be empty/],
  ["a pattern of two lines", 64, ({ needed }) => [...needed, "--exclude", "a\nb"], /--exclude must not hold control/],
  ["a location without a host", 64, ({ needed }) => [...needed, "--location", "::x"], /--location is invalid/],
  [
    "a relative location",
    64,
    ({ needed }) => [...needed, "--location", "x/latest"],
    /--location must be an absolute path/,
  ],
  [
    "a passphrase for a key",
    64,
    ({ needed }) => [...needed, "--crypto", "v", "--key", "s3cret"],
    /--key must be credential/,
  ],
  ["a password for its file", 64, ({ needed }) => [...needed, "--password-file", "s3cret"], /--password-file must be/],
  [
    "a key without a disk",
    64,
    ({ needed }) => [...needed, "--key", "ask"],
    /--key opens an encrypted disk, and none is/,
  ],
  ["two disks", 64, ({ needed }) => [...needed, "--crypto", "v", "--device", "LABEL=x"], /one is too many/],
  ["a disk that is none", 64, ({ needed }) => [...needed, "--device", "sdb1"], /--device must be/],
  ["a mount point that is the root", 64, ({ needed }) => [...needed, "--mount", "/"], /--mount must be/],
  [
    "a count without a frequency",
    64,
    ({ needed }) => [...needed, "--keep", "7"],
    /--keep 7 is not a frequency and a count/,
  ],
  ["an interval that is none", 1, ({ needed }) => [...needed, "--timer-arg", "often"], /"often" is not an interval/],
  ["a location off the disk", 1, ({ needed }) => [...needed, "--mount", "/mnt/x"], /location does not lie below mount/],
  [
    "a timer elsewhere",
    64,
    ({ needed }) => [...needed, "--enable-timer"],
    /--enable-timer cannot be done: the timers of systemd/,
  ],
  [
    "a store around the source",
    1,
    ({ source }) => ["box", "--source", source, "--location", `${source}/latest`],
    /inside/,
  ],
];

for (const [title, code, args, said] of WRONG) {
  test(`${title} is refused with ${code}, by name, before anything is written`, async (context) => {
    const place = freshPlace(context);
    const outcome = await place.run("init", ...args(place));
    assert.equal(outcome.code, code, outcome.stderr);
    assert.match(outcome.stderr, said);
    assert.doesNotMatch(outcome.stderr + outcome.stdout, /s3cret/);
    assert.ok(!existsSync(join(place.folder, "etc")));
  });
}

test("a configuration of one profile in bakup.conf is not made useless by a second one", async (context) => {
  const { run, needed, config, file } = freshPlace(context);
  mkdirSync(join(config, ".."));
  writeFileSync(config, "[destination]\nlocation = /mnt/backup/main/latest\n");
  const { code, stderr } = await run("init", ...needed);
  assert.equal(code, 1);
  assert.match(stderr, /location belongs in the files of profiles\.d/);
  assert.ok(!existsSync(file));
});

test("a profile that cannot be written whole leaves nothing behind", async (context) => {
  const { run, needed, folder } = freshPlace(context);
  writeFileSync(join(folder, "etc"), "a file in the place of the folder");
  const { code, stderr } = await run("init", ...needed);
  assert.equal(code, 1, stderr);
  mkdirSync(join(folder, "etc2"));
  writeFileSync(join(folder, "etc2/profiles.d"), "a file in the place of the folder");
  const second = await run("init", ...needed, "--config", join(folder, "etc2/bakup.conf"));
  assert.notEqual(second.code, 0);
  assert.deepEqual(readdirSync(join(folder, "etc2")), ["profiles.d"]);
});

test("a dry run that fails is told with its code, and the profile stays", async (context) => {
  const { run, needed, folder, file } = freshPlace(context);
  const missing = [...needed.slice(0, 2), join(folder, "missing"), ...needed.slice(3)];
  const { code, stdout } = await run("init", ...missing);
  assert.equal(code, 5);
  assert.ok(existsSync(file));
  assert.match(stdout, /the first backup now/);
});
