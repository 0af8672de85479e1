import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { callScript, type FarShell, runScript } from "../../src/remote/far-shell.ts";
import { openSession } from "../../src/ssh/session.ts";
import { startBakup, until } from "../run/child.ts";
import { instant, makePlace, runHere } from "../run/make-job.ts";
import { compareTrees } from "../store/compare-trees.ts";
import { type FarHost, sshJob, startFarHost } from "./far-host.ts";
import { slowRsync } from "./slow-rsync.ts";

async function prepare(t: TestContext) {
  const place = makePlace(t);
  const host = await startFarHost(t, place.top);
  return { place, host, job: sshJob(place, host) };
}

/** Cuts the line once, when the transfer is on its way. */
function cutOnce(host: FarHost): { onProgress: (progress: { bytes: number }) => void; cuts: () => number } {
  let cuts = 0;
  return {
    cuts: () => cuts,
    onProgress: ({ bytes }) => {
      if (cuts === 0 && bytes > 100_000) {
        cuts = host.cutConnections();
      }
    },
  };
}

function large(size = 2_000_000): Buffer {
  return Buffer.from(Array.from({ length: size }, (_, index) => (index * 7919) % 251));
}

for (const [when, runsBefore] of [
  ["the first transfer", 0],
  ["a later transfer", 1],
] as const) {
  test(`the connection is cut during ${when}: the same run connects again and is whole`, async (t) => {
    const { place, host, job } = await prepare(t);
    if (runsBefore > 0) {
      await runHere(job, { now: instant(0) });
    }
    slowRsync(t, place.top);
    writeFileSync(join(place.source, "large"), large());
    const { cuts, ...observer } = cutOnce(host);
    const report = await runHere(job, { now: instant(1), observer });
    assert.ok(cuts() > 0);
    assert.equal(report.exitCode, 0, report.message);
    assert.ok(report.log.some(({ fields }) => /broke.*trying again in 0\.2 s/.test(String(fields.text))));
    assert.deepEqual(compareTrees(place.source, join(place.store, report.snapshot ?? "")), []);
    assert.deepEqual(readdirSync(join(place.store, ".bakup/partial")), []);
    assert.ok(!existsSync(join(place.store, ".bakup/run.lock")));
  });
}

test("the other machine goes away for good: code 5, no half snapshot, and the next run is whole", async (t) => {
  const { place, host, job } = await prepare(t);
  await runHere(job, { now: instant(0) });
  slowRsync(t, place.top);
  writeFileSync(join(place.source, "large"), large());
  let stopped: Promise<void> | undefined;
  const onProgress = ({ bytes }: { bytes: number }) => {
    stopped ??= bytes > 100_000 ? host.stop() : undefined;
  };
  const report = await runHere(job, { now: instant(1), observer: { onProgress } });
  await stopped;
  assert.equal(report.exitCode, 5);
  assert.match(report.message, /root@127\.0\.0\.1 refuses ssh connections/);
  assert.equal(report.log.filter(({ fields }) => /trying again/.test(String(fields.text))).length, 3);
  assert.deepEqual(
    readdirSync(place.store).filter((name) => /^\d/.test(name)),
    ["2026-03-01T12-00-00Z"],
  );
  mkdirSync(join(place.top, "again"));
  const back = await startFarHost(t, join(place.top, "again"));
  const next = await runHere(sshJob(place, back), { now: instant(2) });
  assert.equal(next.exitCode, 0, next.message);
  assert.deepEqual(compareTrees(place.source, join(place.store, next.snapshot ?? "")), []);
});

for (const signal of ["SIGKILL", "SIGTERM"] as const) {
  test(`${signal} during the transfer leaves no connection behind, and the next run is whole`, async (t) => {
    const { place, host, job } = await prepare(t);
    writeFileSync(join(place.source, "large"), large(3_000_000));
    const config = join(place.top, "bakup.conf");
    const options = (host.reach.sshOptions ?? []).map((option) => `ssh_option[] = ${option}\n`).join("");
    writeFileSync(
      config,
      `[profile]\nname = laptop\n[source]\npath = ${place.source}\nexcluded_root[] = /proc/\n[destination]\n` +
        `location = ${job.location}\nidentity = ${host.reach.identity}\n${options}`,
    );
    const PATH = slowRsync(t, place.top, 600);
    const child = startBakup(["run", "--config", config, "--log-format", "human"], { env: { PATH } });
    await until(() => filesBeingWritten(place.mirror), { what: "the transfer" });
    process.kill(child.pid, signal);
    const { code, stderr } = await child.ended;
    assert.equal(code, signal === "SIGTERM" ? 143 : null, stderr);
    await until(() => connectionsOf(host) === "", { seconds: 15, what: "the end of all connections" });
    assert.deepEqual(
      readdirSync(place.store).filter((name) => /^\d/.test(name)),
      [],
    );
    process.env.PATH = PATH.slice(PATH.indexOf(":") + 1);
    const report = await runHere(job, { now: instant(2) });
    assert.equal(report.exitCode, 0, report.message);
    assert.deepEqual(compareTrees(place.source, join(place.store, report.snapshot ?? "")), []);
  });
}

function filesBeingWritten(mirror: string): boolean {
  return existsSync(mirror) && readdirSync(mirror).some((name) => name.startsWith(".large."));
}

/** Every process that has our known_hosts on its command line: the connection itself, and those that share it. */
function connectionsOf({ knownHosts }: FarHost): string {
  try {
    return execFileSync("pgrep", ["-f", knownHosts], { encoding: "utf8" });
  } catch {
    return "";
  }
}

test("a list that did not arrive whole is not worked on, and half a script does nothing", async (t) => {
  const { place, host } = await prepare(t);
  const session = await openSession({
    username: null,
    hostname: "127.0.0.1",
    options: host.reach.sshOptions ?? [],
    identity: host.reach.identity,
  });
  t.after(() => session.close());
  const shell: FarShell = { session, sudo: false, signal: new AbortController().signal };
  const file = join(place.top, "list");
  const script = `receive ${file}; xargs -0 rm -- <${file}`;
  const victim = join(place.top, "victim");
  writeFileSync(victim, "x");
  const cut: FarShell = {
    ...shell,
    session: {
      ...session,
      run: (command, options) => {
        const [text = Buffer.alloc(0)] = [...((options?.input ?? []) as Iterable<Uint8Array>)];
        return session.run(command, { ...options, input: [text, Buffer.from(victim)] });
      },
    },
  };
  const result = await callScript(cut, script, { input: [Buffer.from(`${victim}-and-more\0`)] });
  assert.equal(result.exitCode, 91);
  assert.ok(existsSync(victim));
  const half = `touch ${victim}-2\n`.repeat(20);
  const started = await session.run("sh -c 'eval \"$(dd bs=1 count=5000 2>/dev/null)\"'", {
    input: [Buffer.from(`{ ${half}`)],
  });
  assert.notEqual(started.exitCode, 0);
  assert.ok(!existsSync(`${victim}-2`));
  const answer = await runScript(shell, `say got "$1"`, { args: ['it\'s\n\\a "$HOME"'] });
  assert.equal(answer.get("got"), 'it\'s\n\\a "$HOME"');
});

test("a run there and a run from here keep out of each other's way", async (t) => {
  const { place, job } = await prepare(t);
  await runHere(job, { now: instant(0) });
  const lock = join(place.store, ".bakup/run.lock");
  mkdirSync(lock);
  const marker = {
    host: "elsewhere",
    machineId: "m",
    bootId: "b",
    pid: 7,
    ticks: "1",
    since: new Date().toISOString(),
  };
  writeFileSync(join(place.store, ".bakup/run.json"), `${JSON.stringify(marker)}\n`);
  const held = await runHere(job, { now: instant(1) });
  assert.equal(held.exitCode, 2);
  assert.match(held.message, /already running: the machine elsewhere uses the store root@127\.0\.0\.1:/);
  execFileSync("touch", ["-d", "2 hours ago", lock]);
  const taken = await runHere(job, { now: instant(1) });
  assert.equal(taken.exitCode, 0, taken.message);

  let seen: Awaited<ReturnType<typeof runHere>> | undefined;
  const { reach: _, ...rest } = job;
  const local = { ...rest, destination: { kind: "local", directory: place.mirror }, location: place.mirror } as const;
  let marked = "";
  const onStep = (step: string) => {
    if (step === "source") {
      marked = readFileSync(join(place.store, ".bakup/run.json"), "utf8");
      seen = undefined;
      pending = runHere(local, { now: instant(3) });
    }
  };
  let pending: ReturnType<typeof runHere> | undefined;
  const remote = await runHere(job, { now: instant(2), observer: { onStep } });
  seen = await pending;
  assert.equal(remote.exitCode, 0, remote.message);
  assert.equal(JSON.parse(marked).pid, process.pid);
  assert.equal(seen?.exitCode, 2);
});
