import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { compareTrees } from "../store/compare-trees.ts";
import { type Child, nextSecond, slowRsync, startBakup, until } from "./child.ts";
import { makePlace, type Place } from "./make-job.ts";
import { recordingCallback } from "./record-callback.ts";

/** A profile in a configuration file, and a way to run it as a process. */
function prepare(t: TestContext, script?: string) {
  const place = makePlace(t);
  const recording = recordingCallback(place.top, script === undefined ? {} : { script });
  const config = join(place.top, "bakup.conf");
  writeFileSync(
    config,
    `[profile]
id = 7
name = laptop
[source]
path = ${place.source}
[destination]
location = ${place.mirror}
[callback]
path = ${recording.callback.path}
`,
  );
  const run = (env: NodeJS.ProcessEnv = {}) =>
    startBakup(["run", "--config", config, "--log-format", "human"], { env });
  return { place, config, run, ...recording };
}

function snapshotsIn({ store }: Place): string[] {
  return readdirSync(store).filter((name) => /^\d/.test(name));
}

async function expectNextRunComplete(place: Place, run: () => Child): Promise<void> {
  await nextSecond();
  const { code, stderr } = await run().ended;
  assert.equal(code, 0, stderr);
  assert.deepEqual(compareTrees(place.source, join(place.store, snapshotsIn(place).at(-1) ?? "")), []);
  assert.deepEqual(readdirSync(join(place.store, ".bakup/new")), []);
}

for (const [signal, code] of [
  ["SIGTERM", 143],
  ["SIGINT", 130],
] as const) {
  test(`${signal} during the transfer: 4 5 "stopped by ${signal}", 2 8, code ${code}, and no half snapshot`, async (t) => {
    const { place, run, calls } = prepare(t);
    writeFileSync(join(place.source, "large"), Buffer.alloc(2_000_000, "x"));
    const child = run(slowRsync(place.top).env);
    await until(() => existsSync(join(place.top, "slow/pid")) && existsSync(place.mirror), {
      what: "the transfer",
    });
    child.process.kill(signal);
    const { code: ended, stderr } = await child.ended;
    assert.equal(ended, code, stderr);
    assert.deepEqual(calls(), ["7", "1", `4|5|stopped by ${signal}`, "2", "8"]);
    assert.deepEqual(snapshotsIn(place), []);
    await expectNextRunComplete(place, run);
  });
}

for (const [reason, before, after] of [
  ["7", ["7"], ["8"]],
  ["1", ["7", "1"], ["8"]],
] as const) {
  test(`SIGTERM during callback ${reason} stops the script and the run with code 143, and no snapshot`, async (t) => {
    const { place, run, calls, callback } = prepare(
      t,
      `[ "$3" = ${reason} ] && [ ! -e "$0.waited" ] || exit 0
touch "$0.waited"; sleep 60`,
    );
    const child = run();
    await until(() => existsSync(`${callback.path}.waited`), { what: "the callback" });
    child.process.kill("SIGTERM");
    const { code, stderr } = await child.ended;
    assert.equal(code, 143, stderr);
    assert.deepEqual(calls(), [...before, "4|5|stopped by SIGTERM", ...after]);
    assert.equal(existsSync(place.mirror), false);
    await expectNextRunComplete(place, run);
  });
}

test("SIGTERM during callback 3 stops the run with code 143; the snapshot is taken and whole", async (t) => {
  const { place, run, calls, callback } = prepare(
    t,
    `[ "$3" = 3 ] && [ ! -e "$0.waited" ] || exit 0
touch "$0.waited"; sleep 60`,
  );
  const child = run();
  await until(() => existsSync(`${callback.path}.waited`), { what: "the callback" });
  child.process.kill("SIGTERM");
  const { code, stderr } = await child.ended;
  assert.equal(code, 143, stderr);
  const [snapshot = ""] = snapshotsIn(place);
  assert.deepEqual(calls(), [
    "7",
    "1",
    `3|${snapshot}|${join(place.store, snapshot)}`,
    "4|5|stopped by SIGTERM",
    "2",
    "8",
  ]);
  assert.deepEqual(compareTrees(place.source, join(place.store, snapshot)), []);
  await expectNextRunComplete(place, run);
});

test("a broken configuration calls 4 1 alone, gives code 1 and touches nothing", async (t) => {
  const { place, config, run, calls } = prepare(t);
  writeFileSync(config, "[rotation]\nhourly = many\n", { flag: "a" });
  const { code, stderr } = await run().ended;
  assert.equal(code, 1);
  assert.match(stderr, /bakup\.conf:\d+: /);
  assert.deepEqual(calls(), ["4|1"]);
  assert.equal(existsSync(place.store), false);
});

test("a file that this user may not read makes an incomplete snapshot, code 6", async (t) => {
  const { place } = prepare(t);
  const secret = join(place.source, "secret");
  writeFileSync(secret, "secret", { mode: 0 });
  const home = join(place.top, "home");
  mkdirSync(home);
  execFileSync("chown", ["-R", "65534:65534", place.top]);
  execFileSync("chown", ["0:0", secret]);
  const child = startBakup(["backup", "--no-sudo", "--disable-notifications", place.source, place.mirror], {
    before: ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"],
    env: { XDG_RUNTIME_DIR: home, STATE_DIRECTORY: join(home, "state"), HOME: home },
  });
  const { code, stderr } = await child.ended;
  assert.equal(code, 6, stderr);
  assert.match(stderr, /secret.*Permission denied/);
  const [snapshot = ""] = snapshotsIn(place);
  assert.deepEqual(readdirSync(join(place.store, snapshot)).sort(), ["file", "folder"]);
});
