import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { loadConfiguration } from "../../src/config/load.ts";
import { TransferError } from "../../src/errors/errors.ts";
import { openStore } from "../../src/store/layout.ts";
import { listSnapshots } from "../../src/store/list.ts";
import { retireSnapshot } from "../../src/store/trash.ts";
import { judge } from "../../src/transfer/rsync.ts";
import { judgeAbsence } from "../../src/watch/absence.ts";
import { makeFolder } from "../config/folder.ts";
import { run, shell } from "../integration/file-system.ts";
import { fingerprint } from "../integration/fingerprint.ts";
import { isRunning, killAll, processTree } from "../integration/processes.ts";
import { nextSecond, slowRsync, startBakup, until } from "../run/child.ts";
import { instant, makeJob, makePlace, type Place, runHere } from "../run/make-job.ts";

const snapshotsIn = ({ store }: Place) => readdirSync(store).filter((name) => /^\d/.test(name));

test("H2: an empty source, and one that has lost most of its files, change nothing and are said", async (t) => {
  const place = makePlace(t);
  shell(place.source, "for i in $(seq 20); do echo $i > $i; done");
  await runHere(makeJob(place), { now: instant(0) });
  const before = fingerprint(place.mirror);
  shell(place.source, "rm [1-9]*");
  const shrunken = await runHere(makeJob(place), { now: instant(1) });
  assert.equal(shrunken.exitCode, 5);
  rmSync(place.source, { recursive: true });
  mkdirSync(place.source);
  const empty = await runHere(makeJob(place), { now: instant(2) });
  assert.equal(empty.exitCode, 5);
  assert.match(empty.message, /is empty/);
  assert.equal(fingerprint(place.mirror), before);
  assert.equal(snapshotsIn(place).length, 1);
});

test("H3: runs that fail rotate nothing away, however many there are", async (t) => {
  const place = makePlace(t);
  const rotation = { scheme: { hourly: 1 }, relaxed: true, preferRecent: true, include: [], exclude: [] };
  const keepAll = { ...rotation, scheme: { minutely: "always" as const } };
  await runHere(makeJob(place, { rotation: keepAll }), { now: instant(0) });
  await runHere(makeJob(place, { rotation: keepAll }), { now: instant(1) });
  rmSync(place.source, { recursive: true });
  for (let minute = 2; minute < 7; minute += 1) {
    assert.equal((await runHere(makeJob(place, { rotation }), { now: instant(minute) })).exitCode, 5);
  }
  assert.equal(snapshotsIn(place).length, 2);
});

test("H4: a snapshot from the future is kept and said, and keeps no backup from being made", async (t) => {
  const place = makePlace(t);
  await runHere(makeJob(place), { now: new Date("2042-01-01T00:00:00Z") });
  const report = await runHere(makeJob(place), { now: instant(0) });
  assert.equal(report.exitCode, 0, report.message);
  assert.ok(report.log.some(({ kind }) => kind === "futureSnapshot"));
  assert.deepEqual(snapshotsIn(place).sort(), ["2026-03-01T12-00-00Z", "2042-01-01T00-00-00Z"]);
});

test("H5: what a killed run was building is no snapshot, whatever it looks like", async (t) => {
  const place = makePlace(t);
  await runHere(makeJob(place), { now: instant(0) });
  run("cp", ["-al", place.mirror, join(place.store, ".bakup/new/2026-03-01T12-05-00Z")]);
  run("cp", ["-al", place.mirror, join(place.store, "2026-03-01T12-06-00Z")]);
  const store = openStore(place.store);
  t.after(() => store.close());
  const { snapshots, strays } = listSnapshots(store);
  assert.deepEqual(
    snapshots.map(({ name }) => name),
    ["2026-03-01T12-00-00Z"],
  );
  assert.deepEqual(
    strays.map(({ name }) => name),
    ["2026-03-01T12-06-00Z"],
  );
});

test("H7: what is done to a file later does not reach the snapshots that have it", async (t) => {
  const place = makePlace(t);
  await runHere(makeJob(place), { now: instant(0) });
  const snapshot = join(place.store, "2026-03-01T12-00-00Z");
  const before = fingerprint(snapshot);
  shell(place.source, "chmod 4711 file; chown 1:2 folder/other; setfattr -n user.x -v y file; setfacl -m u:3:r file");
  shell(place.source, "touch -d @5 folder/other; chmod 700 folder");
  assert.equal((await runHere(makeJob(place), { now: instant(1) })).exitCode, 0);
  assert.equal(fingerprint(snapshot), before);
});

test("H9: after kill -9 the next run starts at once, also when the process id was given to another", async (t) => {
  const place = makePlace(t);
  const { env, pidFile } = slowRsync(place.top);
  writeFileSync(join(place.source, "large"), Buffer.alloc(3_000_000, "x"));
  const args = ["backup", "--disable-notifications", "--log-format", "human", place.source, place.mirror];
  const child = startBakup(args, { env });
  await until(() => existsSync(pidFile), { what: "the transfer" });
  const family = processTree(child.pid);
  killAll(family);
  await child.ended;
  await until(() => !family.some(isRunning), { what: "the end of them all" });
  const marker = join(place.store, ".bakup/run.json");
  const holder = JSON.parse(readFileSync(marker, "utf8"));
  writeFileSync(marker, JSON.stringify({ ...holder, pid: process.pid }));
  await nextSecond();
  const next = await startBakup(args, {}).ended;
  assert.equal(next.code, 0, next.stderr);
});

test("H10: no exit code of rsync but 0 is a success without a word that explains it", () => {
  for (let exitCode = 1; exitCode <= 255; exitCode += 1) {
    assert.throws(
      () => judge({ exitCode, signal: null, timedOut: false }, [], "/source"),
      TransferError,
      `${exitCode}`,
    );
  }
  const end = { exitCode: null, signal: "SIGKILL", timedOut: false } as const;
  assert.throws(() => judge(end, [], "/source"), TransferError);
  const vanished = judge(
    { exitCode: 24, signal: null, timedOut: false },
    ['file has vanished: "/source/a"'],
    "/source",
  );
  assert.equal(vanished.problems.length, 1);
});

test("H13: silence for too long is an alarm, once", () => {
  const patience = { configured: undefined, timerArgs: ["20h", "always"], hasTimerScript: false };
  const day = 86_400_000;
  const at = (days: number, isStanding: boolean) =>
    judgeAbsence({ now: days * day, last: 0, watchedSince: 0, isStanding, patience });
  assert.equal(at(1, false), "well");
  assert.equal(at(3, false), "alarm");
  assert.equal(at(4, true), "standing");
  const unit = readFileSync("systemd/50-sandbox.conf", "utf8");
  assert.match(unit, /^TimeoutStartSec=\d/m, "a run that hangs ends");
});

test("H14: what was missed is soon made up for: the timer asks three times an hour, and waits little", () => {
  const timer = readFileSync("systemd/bakup.timer", "utf8");
  assert.match(timer, /^OnCalendar=\*:\d\d\/20$/m);
  const [, minutes = "60"] = /^RandomizedDelaySec=(\d+)min$/m.exec(timer) ?? [];
  assert.ok(Number(minutes) <= 5);
});

test("H15: a typing mistake is an error with its line and the right word", (t) => {
  const folder = makeFolder(t, {
    "bakup.conf": "[source]\npath = /\n[rotation]\nhourley = 3\n[destination]\nlocation = /mnt/x/latest\n",
  });
  const result = loadConfiguration({ file: join(folder, "bakup.conf") });
  assert.ok(!result.ok);
  assert.ok(result.complaints.some(({ line, message }) => line === 4 && message.includes("hourly")));
});

test("H16: what is named like a snapshot but leads elsewhere is never removed, nor what it leads to", async (t) => {
  const place = makePlace(t);
  await runHere(makeJob(place), { now: instant(0) });
  const outside = join(place.top, "outside");
  mkdirSync(outside);
  writeFileSync(join(outside, "precious"), "");
  const name = "2020-01-01T00-00-00Z";
  symlinkSync(outside, join(place.store, name));
  const record = {
    name,
    state: "complete",
    started: "2020-01-01T00:00:00Z",
    finished: "2020-01-01T00:00:01Z",
    origin: "run",
  };
  writeFileSync(join(place.store, `.bakup/${name}.json`), JSON.stringify(record));
  const rotation = { scheme: { hourly: 1 }, relaxed: true, preferRecent: true, include: [], exclude: [] };
  assert.equal((await runHere(makeJob(place, { rotation }), { now: instant(1) })).exitCode, 0);
  assert.ok(existsSync(join(outside, "precious")));
  const store = openStore(place.store);
  t.after(() => store.close());
  const snapshot = { name, instant: 0, state: "complete", origin: "bakup" } as const;
  await assert.rejects(async () => retireSnapshot(store, snapshot, "trash"));
  assert.ok(existsSync(join(outside, "precious")));
});

test("H17: a callback that says no is obeyed, and one that hangs is stopped", async (t) => {
  const place = makePlace(t);
  const path = join(place.top, "callback");
  const callback = { path, timeoutSeconds: 1, profileId: "1", profileName: "laptop" };
  writeFileSync(path, '#!/bin/sh\n[ "$3" != 1 ]\n', { mode: 0o755 });
  const refused = await runHere(makeJob(place, { callback }), { now: instant(0) });
  assert.equal(refused.exitCode, 75, refused.message);
  assert.ok(!existsSync(place.mirror) || readdirSync(place.mirror).length === 0);
  writeFileSync(path, '#!/bin/sh\n[ "$3" != 3 ] || sleep 1000\n');
  chmodSync(path, 0o755);
  const hanging = await runHere(makeJob(place, { callback }), { now: instant(1) });
  assert.equal(hanging.exitCode, 0, hanging.message);
  assert.ok(hanging.log.some(({ kind }) => kind === "callbackTimedOut"));
});

test("H19: the units' sandbox takes nothing away that a complete backup needs", () => {
  const sandbox = readFileSync("systemd/50-sandbox.conf", "utf8");
  const set = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(sandbox)?.[1];
  for (const name of ["PrivateTmp", "PrivateDevices", "RestrictSUIDSGID", "PrivateUsers", "User", "DynamicUser"]) {
    assert.equal(set(name), undefined, name);
  }
  assert.notEqual(set("ProtectHome"), "yes");
  const capabilities = [...sandbox.matchAll(/^CapabilityBoundingSet=(.*)$/gm)].map(([, names]) => names).join(" ");
  for (const name of [
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "MKNOD",
    "SETFCAP",
    "SYS_ADMIN",
  ]) {
    assert.ok(capabilities.includes(`CAP_${name}`), name);
  }
});
