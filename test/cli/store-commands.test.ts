import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { acquireGuard } from "../../src/lock/guard.ts";
import { callMain } from "./call-main.ts";
import { makePlace, type Place } from "./place.ts";

const FIRST = "2026-03-01T02-00-00Z";
const SECOND = "2026-03-02T02-00-00Z";
const THIRD = "2026-03-02T03-00-00Z";

/** Three snapshots: "a" changes in the second, "sub/b" goes in the third. */
async function threeSnapshots(test: TestContext, settings = ""): Promise<Place> {
  const place = makePlace(test, settings);
  place.write("a", "one");
  place.write("sub/b", "b");
  await place.backUp("2026-03-01T02:00:00Z");
  place.write("a", "longer");
  await place.backUp("2026-03-02T02:00:00Z");
  rmSync(join(place.source, "sub/b"));
  await place.backUp("2026-03-02T03:00:00Z");
  return place;
}

const DAILY = "[rotation]\ndaily = 1\nenabled = no\n";

test("list shows each snapshot with its size and why it stays, oldest first", async (context) => {
  const { json, bakup, store } = await threeSnapshots(context);
  const listing = await json("list");
  assert.deepEqual([listing.profile, listing.store, listing.mirror], ["box", store, "latest"]);
  const { ageSeconds, ...first } = listing.snapshots[0];
  assert.ok(ageSeconds > 0);
  assert.deepEqual(first, {
    name: FIRST,
    time: "2026-03-01T02:00:00.000Z",
    state: "complete",
    origin: "bakup",
    bytes: 4,
    entries: 4,
    action: "keep",
    reasons: ["daily", "weekly", "monthly"],
    pin: null,
    verified: null,
    damage: null,
  });
  assert.deepEqual(
    listing.snapshots.map(({ name, reasons }: { name: string; reasons: string[] }) => [name, reasons.at(-1)]),
    [
      [FIRST, "monthly"],
      [SECOND, "weekly"],
      [THIRD, "newest"],
    ],
  );
  const { stdout } = await bakup("list", "box");
  assert.match(stdout, /^SNAPSHOT +STATE +AGE +SIZE +ENTRIES +CHECKED +WHY IT IS KEPT\n/);
  assert.match(stdout, new RegExp(`^${FIRST}  complete  .+ 4 B +4  never  +daily, weekly, monthly$`, "m"));
});

test("list reports strays and a refused run on standard error, and needs no configuration with --store", async (context) => {
  const { store } = await threeSnapshots(context);
  mkdirSync(join(store, "2026-03-05T00-00-00Z"));
  const note = { when: "2026-03-06T00:00:00.000Z", reason: "too much would go", deleted: 9, changed: 0, before: 10 };
  writeFileSync(join(store, ".bakup/refused.json"), JSON.stringify(note));
  const { code, stdout, stderr } = await callMain("list", "--store", store);
  assert.equal(code, 0);
  assert.equal(stdout.split("\n").length, 5);
  assert.match(stderr, /note: "2026-03-05T00-00-00Z" is no snapshot: it has no record/);
  assert.match(stderr, /note: the last run was refused: too much would go/);
});

test("a folder without backups is exit code 3 with a hint, for --store and for a profile", async (context) => {
  const { bakup, folder, store } = makePlace(context);
  for (const args of [["list", "--store", folder], ["list"], ["list", "--store", join(folder, "missing")]]) {
    const { code, stderr } = await bakup(...args);
    assert.deepEqual([code, /hint: /.test(stderr)], [3, true], stderr);
  }
  mkdirSync(store);
  const { code, stderr } = await bakup("list");
  assert.equal(code, 3);
  assert.match(stderr, /bakup run box/);
});

test("several profiles and none named is a usage error that lists them", async (context) => {
  const { bakup, folder } = makePlace(context);
  writeFileSync(join(folder, "bakup.conf"), "", { mode: 0o600 });
  mkdirSync(join(folder, "profiles.d"));
  for (const [id, name] of ["desk", "lap"].entries()) {
    const text = `[profile]\nid = ${id + 1}\n[destination]\nlocation = host:/backup/${name}/latest\n`;
    writeFileSync(join(folder, `profiles.d/${name}.conf`), text, { mode: 0o600 });
  }
  const { code, stderr } = await bakup("list");
  assert.equal(code, 64);
  assert.match(stderr, /hint: name one of them: desk, lap/);
  const remote = await bakup("list", "desk");
  assert.deepEqual([remote.code, /another machine/.test(remote.stderr)], [64, true]);
  const status = await bakup("status");
  assert.equal(status.code, 0);
  assert.doesNotMatch(status.stdout, /another machine|no-store/);
});

test("rotate --dry-run shows what would go and removes nothing, rotate removes exactly that", async (context) => {
  const { bakup, json, store } = await threeSnapshots(context, DAILY);
  const dry = await json("rotate", "--dry-run");
  const expected = [
    [FIRST, "keep", ["daily"]],
    [SECOND, "keep", ["daily"]],
    [THIRD, "keep", ["newest"]],
  ];
  const verdicts = ({ snapshots }: { snapshots: { name: string; action: string; reasons: string[] }[] }) =>
    snapshots.map(({ name, action, reasons }) => [name, action, reasons]);
  assert.equal(dry.dryRun, true);
  assert.deepEqual(verdicts(dry), [[FIRST, "remove", []], ...expected.slice(1)]);
  assert.ok(existsSync(join(store, FIRST)));
  const { code, stdout } = await bakup("rotate");
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`^remove  ${FIRST}$`, "m"));
  assert.match(stdout, /2 snapshots stay, 1 removed\n$/);
  assert.equal(existsSync(join(store, FIRST)), false);
  assert.ok(existsSync(join(store, THIRD)));
});

test("rotate removes nothing while the newest snapshot is suspect, and says so", async (context) => {
  const { json, bakup, store } = await threeSnapshots(context, DAILY);
  makeSuspect(store, THIRD);
  const { held, snapshots } = await json("rotate");
  assert.match(held, /suspect/);
  assert.ok(snapshots.every(({ action }: { action: string }) => action === "keep"));
  assert.match((await bakup("rotate")).stderr, /nothing is removed: .*suspect/);
  assert.ok(existsSync(join(store, FIRST)));
});

test("commands that change a store are refused with exit code 2 while a run holds it", async (context) => {
  const { bakup, store } = await threeSnapshots(context, DAILY);
  const guard = await acquireGuard({ key: store, describe: "backup of box" });
  try {
    for (const args of [["rotate"], ["pin", "box", "latest"]]) {
      const { code, stderr } = await bakup(...args);
      assert.deepEqual([code, /already running: backup of box/.test(stderr)], [2, true], stderr);
    }
  } finally {
    guard.release();
  }
  assert.ok(existsSync(join(store, FIRST)));
});

test("find shows the versions of a path of the source, and of names that match", async (context) => {
  const { json, bakup, source } = await threeSnapshots(context);
  const { found } = await json("find", "box", join(source, "a"));
  assert.deepEqual(
    found[0].versions.map(({ first, count, size, mode }: Record<string, unknown>) => [first, count, size, mode]),
    [
      [SECOND, 2, 6, "0644"],
      [FIRST, 1, 3, "0644"],
    ],
  );
  const { stdout } = await bakup("find", "box", "?");
  assert.match(stdout, /^a\n.*\n.*\nsub\/b\n.* in 2 snapshots, /);
  const none = await bakup("find", "box", "nothing");
  assert.deepEqual([none.code, none.stdout, none.stderr], [0, "", 'no snapshot has "nothing"\n']);
});

test("diff shows what changed between two snapshots, and from one to the mirror", async (context) => {
  const { json, bakup } = await threeSnapshots(context);
  const both = await json("diff", "box", FIRST, SECOND);
  assert.deepEqual([both.from, both.to, both.counts.content, both.entries.length], [FIRST, SECOND, 1, 1]);
  const { stdout, stderr } = await bakup("diff", "box", FIRST);
  assert.match(stdout, /^content {5}a$/m);
  assert.match(stdout, /^deleted {5}sub\/b$/m);
  assert.match(stderr, /1 deleted, 1 content/);
  assert.equal((await bakup("diff", "box")).code, 64);
  assert.equal((await bakup("diff", "box", "2026-03")).code, 5);
});

test("pin keeps a snapshot that rotation would remove, with its reason; unpin lets it go", async (context) => {
  const { bakup, json, store } = await threeSnapshots(context, DAILY);
  const { pin } = await json("pin", "box", FIRST, "--reason", "before the upgrade");
  assert.equal(pin.reason, "before the upgrade");
  await bakup("rotate");
  assert.ok(existsSync(join(store, FIRST)));
  assert.match((await bakup("list")).stdout, /pinned: before the upgrade/);
  assert.equal((await json("unpin", "box", FIRST)).pin, null);
  assert.equal((await bakup("unpin", "box", FIRST)).code, 5);
  await bakup("rotate");
  assert.equal(existsSync(join(store, FIRST)), false);
});

test("accept lets a refused run pass the next time, and reports it", async (context) => {
  const { bakup, json, backUp, write, source } = await threeSnapshots(context);
  const names = Array.from({ length: 25 }, (_, index) => `many/${index}`);
  for (const name of names) {
    write(name, name);
  }
  await backUp("2026-03-03T02:00:00Z");
  for (const name of names) {
    rmSync(join(source, name));
  }
  assert.equal((await backUp("2026-03-04T02:00:00Z")).exitCode, 5);
  const [{ trouble }] = (await json("status")).profiles;
  const kinds = trouble.map(({ kind }: { kind: string }) => kind);
  assert.deepEqual(kinds.slice(0, 2), ["last-run-failed", "refused-plan"]);
  const { accepted } = await json("accept");
  assert.deepEqual([accepted.store, accepted.snapshot, accepted.refusal.deleted], [false, null, 25]);
  assert.equal((await backUp("2026-03-05T02:00:00Z")).exitCode, 0);
  const { code, stderr } = await bakup("accept", "box");
  assert.equal(code, 5);
  assert.match(stderr, /nothing to accept/);
});

test("accept makes a suspect snapshot complete, the newest or the one that is named", async (context) => {
  const { json, store } = await threeSnapshots(context);
  makeSuspect(store, THIRD);
  makeSuspect(store, FIRST);
  assert.equal((await json("accept")).accepted.snapshot, THIRD);
  assert.equal((await json("accept", "box", FIRST)).accepted.snapshot, FIRST);
  const { snapshots } = await json("list");
  assert.ok(snapshots.every(({ state }: { state: string }) => state === "complete"));
});

test("another store in the place of the known one is noted, not written, and accepted on request", async (context) => {
  const { bakup, json, backUp, store } = await threeSnapshots(context);
  const identity = join(store, ".bakup/store.json");
  writeFileSync(identity, readFileSync(identity, "utf8").replace(/"id": ".*"/, '"id": "another"'));
  const listed = await bakup("list");
  assert.deepEqual([listed.code, /another store than before/.test(listed.stderr)], [0, true]);
  assert.equal((await bakup("pin", "box", FIRST)).code, 3);
  assert.equal((await backUp("2026-03-06T02:00:00Z")).exitCode, 3);
  const [{ trouble }] = (await json("status")).profiles;
  assert.ok(trouble.some(({ kind }: { kind: string }) => kind === "other-store"));
  assert.equal((await json("accept", "--store", store)).accepted.store, true);
  assert.equal((await backUp("2026-03-07T02:00:00Z")).exitCode, 0);
});

test("adopt shows what it would take over, and takes it over", async (context) => {
  const { bakup, json, store, folder } = await threeSnapshots(context);
  const foreign = join(folder, "rsnapshot");
  mkdirSync(join(foreign, "daily.0/localhost/etc"), { recursive: true });
  writeFileSync(join(foreign, "daily.0/localhost/etc/hosts"), "x");
  const when = new Date("2026-02-01T00:00:00Z");
  utimesSync(join(foreign, "daily.0"), when, when);
  const dry = await json("adopt", "box", foreign, "--dry-run");
  assert.deepEqual(
    [dry.applied, dry.adopted[0].name, dry.adopted[0].kind],
    [false, "2026-02-01T00-00-00Z", "rsnapshot"],
  );
  assert.ok(existsSync(join(foreign, "daily.0")));
  assert.equal((await json("adopt", "box", foreign)).applied, true);
  assert.equal(readFileSync(join(store, "2026-02-01T00-00-00Z/etc/hosts"), "utf8"), "x");
  assert.equal((await bakup("adopt", "box", foreign)).code, 5);
});

test("adopt writes a record for a stray in the store, by its mere name", async (context) => {
  const { bakup, json, store } = await threeSnapshots(context);
  rmSync(join(store, `.bakup/${SECOND}.json`));
  assert.equal((await json("list")).strays.length, 1);
  const { code, stdout } = await bakup("adopt", "--store", store, SECOND);
  assert.equal(code, 0);
  assert.match(stdout, /1 snapshot adopted/);
  assert.equal((await json("list")).strays.length, 0);
});

test("status says that all is well, and names trouble without failing", async (context) => {
  const place = makePlace(context);
  const kinds = async () => (await place.json("status")).profiles[0].trouble.map(({ kind }: { kind: string }) => kind);
  assert.deepEqual(await kinds(), ["never-run", "no-store"]);
  place.write("a", "a");
  await place.backUp(new Date(Date.now() - 30 * 86_400_000).toISOString());
  assert.deepEqual(await kinds(), ["overdue"]);
  await place.backUp(new Date().toISOString());
  const { profiles } = await place.json("status");
  assert.deepEqual([profiles[0].trouble, profiles[0].snapshots, profiles[0].lastRun.exitCode], [[], 2, 0]);
  assert.equal(profiles[0].next.due, false);
  assert.match(
    (await place.bakup("status")).stdout,
    /^box: all is well\n {2}last run {7}.* ago .*: Done\.\n {2}last complete /,
  );
});

test("status of a profile whose disk is not here tells of its last backup", async (context) => {
  const place = await threeSnapshots(context);
  renameSync(place.store, `${place.store}-away`);
  const { code, stdout } = await place.bakup("status", "box");
  assert.equal(code, 0);
  assert.match(stdout, /the store is not here; last backup: .* ago/);
  assert.match(stdout, /trouble +cannot open the snapshots folder/);
});

test("due asks the schedule of the profile: at first, after a run, with the flag file", async (context) => {
  const place = makePlace(context, "[schedule]\ntimer_arg[] = 20h\ntimer_arg[] = always\n");
  const due = async () => {
    const { code, stdout } = await place.bakup("due", "--json");
    return [code, JSON.parse(stdout).profiles[0].rule];
  };
  assert.deepEqual(await due(), [0, "never-backed-up"]);
  place.write("a", "a");
  await place.backUp(new Date().toISOString());
  assert.deepEqual(await due(), [75, "interval"]);
  const state = join(place.folder, "state/profiles/box");
  writeFileSync(join(state, "backup"), "");
  assert.deepEqual(await due(), [0, "flag"]);
  assert.ok(readdirSync(state).includes("backup"), "a mere question takes no flag away");
});

test("check counts the profiles, and lists every mistake with its line and exit code 1", async (context) => {
  const { bakup, json, folder } = makePlace(context);
  assert.deepEqual(await bakup("check"), { code: 0, stdout: "1 profile, no mistakes\n", stderr: "" });
  assert.equal((await json("check")).profiles[0].name, "box");
  const config = join(folder, "bakup.conf");
  writeFileSync(config, "[source]\npaht = /\n[destination]\nlocation = \n", { mode: 0o600 });
  const { code, stdout } = await bakup("check");
  assert.equal(code, 1);
  assert.match(stdout, new RegExp(`^${config}:2: .*did you mean "path"`));
  assert.match(stdout, /bakup.conf:4: /);
  const { mistakes, ok } = JSON.parse((await bakup("check", "--json")).stdout);
  assert.deepEqual([ok, mistakes[0].line, mistakes[1].line], [false, 2, 4]);
});

function makeSuspect(store: string, name: string): void {
  const record = join(store, `.bakup/${name}.json`);
  writeFileSync(record, readFileSync(record, "utf8").replace('"complete"', '"suspect"'));
}

test("a damaged note of what the index missed is an error that names it, and nothing is accepted", async (context) => {
  const { bakup, store } = await threeSnapshots(context);
  const folder = join(store, ".bakup/index");
  mkdirSync(folder, { recursive: true });
  for (const text of ["{}", "{", '{"when":"2026-03-01T02:00:00Z","missed":"two","example":"file"}']) {
    writeFileSync(join(folder, "doubt.json"), text);
    const { code, stdout, stderr } = await bakup("accept", "box", "--json");
    assert.deepEqual([code, stdout], [5, ""]);
    assert.match(stderr, new RegExp(`${folder}/doubt\\.json is damaged: .*\\n  hint: .*rm ${folder}/doubt\\.json\\n`));
  }
});
