import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { BakupError } from "../../src/errors/errors.ts";
import type { RunReport } from "../../src/run/execute.ts";
import { makeFileSystem, run } from "../integration/file-system.ts";
import { instant, makePlace, runHere } from "../run/make-job.ts";
import { compareTrees } from "../store/compare-trees.ts";
import { freePort, sshJob, startFarHost } from "./far-host.ts";

async function prepare(t: TestContext) {
  const place = makePlace(t);
  const host = await startFarHost(t, place.top);
  return { place, host, job: sshJob(place, host) };
}

function hintOf({ error }: RunReport): string {
  return error instanceof BakupError ? (error.hint ?? "") : "";
}

test("a key that is not accepted there", async (t) => {
  const { place, host, job } = await prepare(t);
  rmSync(join(host.folder, "authorized_keys"));
  const refused = await runHere(job);
  assert.equal(refused.exitCode, 5);
  assert.match(refused.message, /^root@127\.0\.0\.1 does not accept the ssh key of this user: .*Permission denied/);
  assert.match(hintOf(refused), /authorized_keys/);
  host.allowKey();
  assert.equal((await runHere(job)).exitCode, 0);
  assert.ok(existsSync(place.mirror));
});

test("a host key that is not known is refused, and not learnt", async (t) => {
  const { host, job } = await prepare(t);
  const known = readFileSync(host.knownHosts);
  writeFileSync(host.knownHosts, "");
  const refused = await runHere(job);
  assert.equal(refused.exitCode, 5);
  assert.match(refused.message, /^the host key of root@127\.0\.0\.1 is not known here, so nothing was sent/);
  assert.match(hintOf(refused), /compare the fingerprint/);
  assert.equal(readFileSync(host.knownHosts, "utf8"), "");
  writeFileSync(host.knownHosts, known);
  assert.equal((await runHere(job)).exitCode, 0);
});

test("a host key that has changed is refused", async (t) => {
  const { host, job } = await prepare(t);
  const other = readFileSync(join(host.folder, "user-key.pub"), "utf8");
  writeFileSync(host.knownHosts, `[127.0.0.1]:${host.port} ${other}`);
  const refused = await runHere(job);
  assert.equal(refused.exitCode, 5);
  assert.match(refused.message, /^the host key of root@127\.0\.0\.1 has changed/);
  assert.match(hintOf(refused), /ssh-keygen -R 127\.0\.0\.1/);
});

test("a machine that refuses connections, has no name, or an ssh option that does not exist", async (t) => {
  const place = makePlace(t);
  const reach = { sshOptions: [`Port=${await freePort()}`], retrySeconds: [] };
  const job = sshJob(place, { reach } as never);
  const refused = await runHere(job);
  assert.equal(refused.exitCode, 5);
  assert.match(refused.message, /refuses ssh connections/);
  const destination = { kind: "ssh", username: null, hostname: "no-such-host.invalid", directory: "/x/y" } as const;
  assert.match((await runHere({ ...job, destination })).message, /no machine named no-such-host\.invalid/);
  const wrong = await runHere({ ...job, reach: { sshOptions: ["NoSuchOption=1"] } });
  assert.equal(wrong.exitCode, 1);
  assert.match(hintOf(wrong), /ssh_option\[\]/);
});

test("no rsync there, and a login shell that talks", async (t) => {
  const { host, job } = await prepare(t);
  const path = `SetEnv PATH=${host.bin}`;
  for (const name of ["sh", "dd", "id", "uname"]) {
    run("ln", ["-s", `/usr/bin/${name}`, join(host.bin, name)]);
  }
  host.allowKey(
    `environment="BASH_ENV=/dev/null",command="PATH=${host.bin}; export PATH; eval \\"$SSH_ORIGINAL_COMMAND\\""`,
  );
  const missing = await runHere(job);
  assert.equal(missing.exitCode, 5, path);
  assert.equal(missing.message, "there is no rsync on root@127.0.0.1");
  host.allowKey(`command="echo welcome; eval \\"$SSH_ORIGINAL_COMMAND\\""`);
  const noisy = await runHere(job);
  assert.match(noisy.message, /the login shell of root@127\.0\.0\.1 prints text of its own/);
  assert.match(hintOf(noisy), /bashrc/);
});

test("a forced command that lets only rsync in: the transfer alone, and no way to history", async (t) => {
  const { place, host, job } = await prepare(t);
  mkdirSync(place.mirror, { recursive: true });
  host.allowKey(`restrict,command="rrsync -wo ${place.mirror}"`);
  const destination = { ...job.destination, directory: "" };
  const snapshots = await runHere({ ...job, destination });
  assert.equal(snapshots.exitCode, 5);
  assert.match(snapshots.message, /gives no shell: no snapshots can be made there/);
  assert.match(hintOf(snapshots), /bakup-receive\(7\)/);
  assert.deepEqual(readdirSync(place.mirror), []);
  const profile = {
    ...job,
    destination: { ...destination, directory: "." },
    reach: { ...host.reach, transferIsEnough: true },
  };
  for (const [round, change] of ["", "chmod 600 file; rm folder/other; echo x >new"].entries()) {
    // rrsync lets rsync compare whole seconds only.
    run("sh", ["-c", `${change}\nfind . -exec touch -d '2026-01-0${round + 1} 00:00:00' {} +`], { cwd: place.source });
    const report = await runHere(profile, { now: instant(0) });
    assert.equal(report.exitCode, 0, report.message);
    assert.ok(report.log.some(({ kind }) => kind === "snapshotSkipped"));
    assert.deepEqual(compareTrees(place.source, place.mirror), []);
  }
  mkdirSync(join(place.store, "2026-01-01 00:00:00"));
  const away = await runHere({ ...profile, destination: { ...destination, directory: `../2026-01-01 00:00:00` } });
  assert.equal(away.exitCode, 5);
  assert.deepEqual(readdirSync(join(place.store, "2026-01-01 00:00:00")), []);
});

test("a full disk there: the message says so, no snapshot, and the next run is whole", async (t) => {
  const disk = makeFileSystem(t, "ext4", { mebibytes: 24 });
  const place = makePlace(t);
  const host = await startFarHost(t, place.top);
  const store = join(disk.path, "store");
  const job = sshJob({ ...place, mirror: join(store, "latest") }, host);
  assert.equal((await runHere(job, { now: instant(0) })).exitCode, 0);
  writeFileSync(join(place.source, "large"), Buffer.alloc(30_000_000, "x"));
  const full = await runHere(job, { now: instant(1) });
  assert.equal(full.exitCode, 5);
  assert.match(full.message, /^the disk of root@127\.0\.0\.1:\S+ is full/);
  assert.match(hintOf(full), /free space/);
  assert.deepEqual(readdirSync(store).sort(), [".bakup", "2026-03-01T12-00-00Z", "latest", "lost+found"].slice(0, 3));
  writeFileSync(join(place.source, "large"), "small");
  const next = await runHere(job, { now: instant(2) });
  assert.equal(next.exitCode, 0, next.message);
  assert.deepEqual(compareTrees(place.source, join(store, next.snapshot ?? "")), []);
});

test("a store whose disk is not mounted there is left alone", async (t) => {
  const disk = makeFileSystem(t, "ext4", { mebibytes: 24 });
  const place = makePlace(t);
  const host = await startFarHost(t, place.top);
  const job = sshJob({ ...place, mirror: join(disk.path, "store/latest") }, host);
  assert.equal((await runHere(job, { now: instant(0) })).exitCode, 0);
  disk.unmount();
  const report = await runHere(job, { now: instant(1) });
  assert.equal(report.exitCode, 3, report.message);
  assert.deepEqual(readdirSync(disk.path), []);
});

test("a user who is not root works with sudo, and is told when that wants a password", async (t) => {
  const user = "bakup-test";
  const place = makePlace(t);
  const home = join(place.top, "home");
  mkdirSync(home);
  chmodSync(place.top, 0o755);
  execFileSync("useradd", ["--no-create-home", "--home-dir", home, "--shell", "/bin/sh", "--password", "*", user]);
  t.after(() => {
    rmSync(`/etc/sudoers.d/${user}`, { force: true });
    execFileSync("userdel", [user], { stdio: "ignore" });
  });
  execFileSync("chown", [user, home]);
  const host = await startFarHost(t, place.top);
  const destination = { kind: "ssh", username: user, hostname: "127.0.0.1", directory: place.mirror } as const;
  const job = sshJob(place, host, { destination });
  execFileSync("chown", ["1234:4321", join(place.source, "file")]);

  const asked = await runHere(job);
  assert.equal(asked.exitCode, 5);
  assert.match(asked.message, /superuser privileges are needed on bakup-test@127\.0\.0\.1, which wants a password/);

  writeFileSync(`/etc/sudoers.d/${user}`, `${user} ALL=(root) NOPASSWD: ALL\n`, { mode: 0o440 });
  const done = await runHere(job, { now: instant(0) });
  assert.equal(done.exitCode, 0, done.message);
  assert.deepEqual(compareTrees(place.source, join(place.store, done.snapshot ?? "")), []);

  const own = { ...destination, directory: "store/latest" };
  const without = { ...job, destination: own, reach: { ...host.reach, sudo: false } };
  for (const minute of [1, 2]) {
    const report = await runHere(without, { now: instant(minute) });
    assert.equal(report.exitCode, 0, report.message);
    assert.equal(report.transferred?.unchanged, minute === 2);
    assert.ok(report.log.some(({ fields }) => /not root: owners/.test(String(fields.text))));
  }
  assert.equal(run("stat", ["-c", "%U", join(home, "store/latest/file")]).trim(), user);
});
