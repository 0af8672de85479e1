import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { METRICS } from "../../src/watch/metrics.ts";
import { nextSecond, slowRsync, startBakup, until } from "../run/child.ts";
import { type Call, webSink } from "../watch/web-sink.ts";
import { makePlace } from "./place.ts";

/** A profile whose runs are processes; its mail arrives in a file, unless the mail server is down. */
async function alarmed(context: TestContext, settings: string) {
  const place = makePlace(context, `[notifications]\ndesktop = no\nmail = admin\n${settings}`);
  const [folder, box, down] = ["bin", "mailbox", "down"].map((name) => join(place.folder, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(folder);
  writeFileSync(join(folder, "sendmail"), `#!/bin/sh\n[ ! -e '${down}' ] || exit 75\ncat >>'${box}'\n`, {
    mode: 0o755,
  });
  writeFileSync(box, "");
  place.write("file", "one\n");
  const env = { PATH: `${folder}:${process.env.PATH}` };
  const call = async (command: string, extra: NodeJS.ProcessEnv = {}, before: readonly string[] = []) => {
    await nextSecond();
    return startBakup([command, "--config", join(place.folder, "bakup.conf")], { env: { ...env, ...extra }, before });
  };
  const away = `${place.source}.away`;
  return {
    ...place,
    down,
    start: call,
    run: async () => (await call("run")).ended,
    /** Root can read everything. */
    runAsNobody: async () => {
      if (process.getuid?.() !== 0) {
        return (await call("run")).ended;
      }
      execFileSync("chown", ["-R", "nobody:nogroup", place.folder]);
      return (await call("run", {}, ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"])).ended;
    },
    watch: async () => (await call("watch")).ended,
    breakSource: () => renameSync(place.source, away),
    mendSource: () => renameSync(away, place.source),
    subjects: () => (readFileSync(box, "utf8").match(/^Subject: .*/gm) ?? []).map((line) => line.replace(/.*: /, "")),
    mails: () => readFileSync(box, "utf8"),
  };
}

const paths = (calls: readonly Call[]) => calls.map(({ path }) => path);

test("a monitor is told of each run, and people of the first failure and of the end of failures", async (t) => {
  const monitor = await webSink(t);
  const place = await alarmed(t, `[ping]\nurl = ${monitor.url}/id\n`);
  const ends: (number | null)[] = [];
  ends.push((await place.run()).code);
  place.breakSource();
  ends.push((await place.run()).code, (await place.run()).code);
  place.mendSource();
  ends.push((await place.run()).code, (await place.run()).code);
  assert.deepEqual(ends, [0, 5, 5, 0, 0]);
  const [start, success, failure] = ["/id/start", "/id", "/id/fail"];
  assert.deepEqual(paths(monitor.calls), [
    start,
    success,
    start,
    failure,
    start,
    failure,
    start,
    success,
    start,
    success,
  ]);
  assert.deepEqual(place.subjects(), ["backup of box failed", "backup of box works again"]);
  assert.match(monitor.calls[3]?.body ?? "", /the source .* error backup failed/s);
  assert.match(place.mails(), /The end of the log:\n\n\d{4}-\S+ info /);
});

test("a monitor that hangs holds no backup up: the store is free, and the run's code its own", async (t) => {
  const monitor = await webSink(t, () => "never");
  const place = await alarmed(t, `[ping]\nurl = ${monitor.url}/hush\n`);
  const first = await place.start("run");
  await until(() => monitor.calls.length === 2, { what: "the ping of the end" });
  const second = await place.run();
  const { code, stderr } = await first.ended;
  assert.deepEqual([code, second.code], [0, 0], `${stderr}\n${second.stderr}`);
  assert.match(stderr, /cannot raise the alarm by ping: 127\.0\.0\.1:\d+: no answer within 10 seconds/);
  assert.doesNotMatch(stderr, /hush/);
});

test("people who could not be told are told by the next watch", async (t) => {
  const place = await alarmed(t, "");
  writeFileSync(place.down, "");
  place.breakSource();
  assert.match((await place.run()).stderr, /cannot raise the alarm by mail/);
  await place.watch();
  assert.deepEqual(place.subjects(), []);
  rmSync(place.down);
  await place.watch();
  await place.watch();
  assert.deepEqual(place.subjects(), ["backup of box failed"]);
});

test("a skip and a stop are told to nobody", async (t) => {
  const monitor = await webSink(t);
  const place = await alarmed(t, `[ping]\nurl = ${monitor.url}/id\n[callback]\npath = ${"/bin/false"}\n`);
  assert.equal((await place.run()).code, 75);
  assert.deepEqual([monitor.calls, place.subjects()], [[], []]);
  const other = await alarmed(t, "");
  other.write("large", "x".repeat(2_000_000));
  const slow = slowRsync(other.folder);
  const child = await other.start("run", { PATH: `${slow.env.PATH}:${join(other.folder, "bin")}` });
  await until(() => spawnSync("test", ["-e", slow.pidFile]).status === 0, { what: "the transfer" });
  child.process.kill("SIGTERM");
  assert.equal((await child.ended).code, 143);
  assert.deepEqual(other.subjects(), []);
});

test("files that cannot be read are a failure to people", async (t) => {
  const place = await alarmed(t, "");
  place.write("secret", "x");
  chmodSync(join(place.source, "secret"), 0);
  assert.equal((await place.runAsNobody()).code, 6);
  assert.deepEqual(place.subjects(), ["backup of box failed"]);
});

test("the metrics are what promtool likes, with the names of the manual", async (t) => {
  const place = await alarmed(t, "");
  const folder = join(place.folder, "metrics");
  mkdirSync(folder);
  writeFileSync(join(place.folder, "bakup.conf"), `[metrics]\nfolder = ${folder}\n`, { flag: "a" });
  await place.run();
  const text = readFileSync(join(folder, "bakup-box.prom"), "utf8");
  const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" });
  assert.deepEqual([status, stdout, stderr], [0, "", ""]);
  assert.deepEqual(new Set(text.match(/^bakup_\w+/gm)), new Set(Object.keys(METRICS)));
  assert.match(text, /^bakup_last_run_exit_code\{profile="box"\} 0$/m);
  assert.match(text, /^bakup_last_run_step_seconds\{profile="box",step="snapshot"\} [\d.]+$/m);
  assert.match(text, /^bakup_failing\{profile="box"\} 0$/m);
  const complete = /^bakup_last_complete_timestamp_seconds.*$/m.exec(text)?.[0];
  place.breakSource();
  await place.run();
  const after = readFileSync(join(folder, "bakup-box.prom"), "utf8");
  assert.match(after, /^bakup_last_run_exit_code\{profile="box"\} 5$/m);
  assert.match(after, /^bakup_failing\{profile="box"\} 1$/m);
  assert.equal(/^bakup_last_complete_timestamp_seconds.*$/m.exec(after)?.[0], complete);
  rmSync(folder, { recursive: true });
  place.mendSource();
  const { code, stderr: log } = await place.run();
  assert.equal(code, 0);
  assert.match(log, /cannot raise the alarm by metrics: ENOENT/);
});

test("the manual lists exactly the metrics, each with its meaning", () => {
  const page = readFileSync("man/bakup-alarms.7", "utf8");
  const listed = [...page.matchAll(/^\.It Va (bakup_\w+)\n(.*)$/gm)].map(([, name = "", meaning]) => [name, meaning]);
  assert.deepEqual(listed, Object.entries(METRICS));
});
