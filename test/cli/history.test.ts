import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { thisProcess } from "../../src/lock/machine.ts";
import { appendToHistory } from "../../src/run/history/file.ts";
import { nextSecond, slowRsync, startBakup, until } from "../run/child.ts";
import { makePlace } from "../run/make-job.ts";
import { callMain } from "./call-main.ts";

function prepare(t: TestContext, settings = "") {
  const place = makePlace(t);
  mkdirSync(place.store);
  const config = join(place.top, "bakup.conf");
  writeFileSync(
    config,
    `[profile]\nname = laptop\n[source]\npath = ${place.source}\nexcluded_root[] = /proc/\n[destination]\nlocation = ${place.mirror}\n` +
      `[notifications]\ndesktop = no\n${settings}`,
    { mode: 0o600 },
  );
  const run = (env: NodeJS.ProcessEnv = {}, ...args: string[]) =>
    startBakup(["run", "--config", config, "--log-format", "human", ...args], { env });
  const history = async () => {
    const { code, stdout, stderr } = await callMain("history", "--json", "--config", config);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout).profiles[0].runs;
  };
  return { place, config, run, history };
}

test("each run leaves a record: what it did, how long each step took, how it ended, the end of its log", async (t) => {
  const { place, config, run, history } = prepare(t);
  assert.equal((await run().ended).code, 0);
  rmSync(place.source, { recursive: true });
  await nextSecond();
  assert.equal((await run().ended).code, 5);
  const [first, second] = await history();
  assert.equal(first.state, "ended");
  assert.equal(first.exitCode, 0);
  assert.equal(first.changes.created, 3);
  assert.equal(first.snapshot.state, "complete");
  assert.ok(
    first.steps.some(({ step, seconds }: { step: string; seconds: number }) => step === "transfer" && seconds > 0),
  );
  assert.ok(first.log.some((line: string) => / notice snapshot .* taken/.test(line)));
  assert.equal(second.exitCode, 5);
  assert.match(second.error, /source/);
  assert.equal(second.snapshot, null);
  const { stdout } = await callMain("history", "--config", config);
  assert.match(stdout, /^laptop:\nSTARTED +TOOK/);
  assert.match(stdout, new RegExp(`${first.snapshot.name} +${first.run.slice(0, 8)} +done`));
  const status = await callMain("status", "--config", config);
  assert.match(status.stdout, /trouble +the last run failed: .*source.*\n {17}\S/);
  const detail = await callMain("history", "--config", config, "--run", second.run.slice(0, 8));
  assert.match(detail.stdout, /step +source: /);
  assert.match(detail.stdout, /log .* error backup failed/);
});

test("while a run works its state can be seen, and after SIGKILL it is known as interrupted", async (t) => {
  const { place, config, run, history } = prepare(t);
  const { env, pidFile } = slowRsync(place.top);
  writeFileSync(join(place.source, "large"), Buffer.alloc(3_000_000, "x"));
  const child = run(env);
  await until(() => existsSync(pidFile), { what: "the transfer" });
  const status = JSON.parse((await callMain("status", "--json", "--config", config)).stdout).profiles[0];
  assert.equal(status.running.step, "transfer");
  assert.match((await callMain("status", "--config", config)).stdout, /running now +transfer/);
  assert.equal((await history())[0].state, "running");
  child.process.kill("SIGKILL");
  await child.ended;
  const [{ state, step, started, stepStarted }] = await history();
  assert.deepEqual([state, step], ["interrupted", "transfer"]);
  const after = JSON.parse((await callMain("status", "--json", "--config", config)).stdout).profiles[0];
  assert.deepEqual([after.running, after.lastRun], [null, null]);
  assert.deepEqual(after.interrupted, { run: status.running.run, started, step, stepStarted });
  const kinds = after.trouble.map(({ kind }: { kind: string }) => kind);
  assert.deepEqual(kinds.slice(0, 1), ["last-run-interrupted"]);
  const { stdout } = await callMain("status", "--config", config);
  assert.match(stdout, /last run {7}.* ago .*, cut off in the step transfer: by a power cut, or killed\n/);
  assert.match(
    stdout,
    /trouble {8}the last run, begun .* ago, was cut off in the step transfer.*\n.*bakup run laptop\n/,
  );
  assert.match((await callMain("history", "--config", config)).stdout, /interrupted in the step transfer/);
  const detail = (await callMain("history", "--config", config, "--run", after.interrupted.run)).stdout;
  assert.match(detail, /it was cut off in the step transfer.*\n {2}step {6}transfer: since 2/);
});

test("a run that was cut off is news only until the next one", async (t) => {
  const { config, run } = prepare(t);
  const process = { ...thisProcess(), ticks: "1" };
  appendToHistory("laptop", { event: "begin", run: "gone", started: new Date().toISOString(), process });
  const status = async () => JSON.parse((await callMain("status", "--json", "--config", config)).stdout).profiles[0];
  const { interrupted } = await status();
  assert.deepEqual([interrupted.run, interrupted.step], ["gone", null]);
  assert.equal((await run().ended).code, 0);
  const after = await status();
  assert.deepEqual([after.interrupted, after.trouble], [null, []]);
});

test("what was not due, a second run and a dry run leave no record", async (t) => {
  const { place, run, history } = prepare(t);
  assert.equal((await run().ended).code, 0);
  assert.equal((await run({}, "--timed").ended).code, 75);
  assert.equal((await run({}, "--dry-run").ended).code, 0);
  assert.equal((await history()).length, 1);
  assert.ok(!readdirSync(place.top).includes("live"));
});

test("a history that cannot be written is a warning, and the backup is made", async (t) => {
  const { place, config, run } = prepare(t);
  mkdirSync(join(place.top, "state/profiles/laptop/history.jsonl"), { recursive: true });
  const { code, stderr } = await run().ended;
  assert.equal(code, 0, stderr);
  assert.match(stderr, /warning: cannot write the history of laptop/);
  assert.equal(stderr.match(/cannot write the history/g)?.length, 1);
  assert.match(
    (await callMain("status", "--config", config)).stdout,
    /trouble +cannot read the history of this profile/,
  );
});

test("an unknown run and a senseless limit are errors", async (t) => {
  const { config } = prepare(t);
  const unknown = await callMain("history", "--config", config, "--run", "f");
  assert.equal(unknown.code, 5);
  assert.match(unknown.stderr, /no run has the id "f"/);
  assert.equal((await callMain("history", "--config", config, "--limit", "0")).code, 64);
  assert.match((await callMain("history", "--config", config)).stdout, /laptop: no runs yet/);
});
