import assert from "node:assert/strict";
import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { flagFile } from "../../src/run/flag-file.ts";
import { readProfileState } from "../../src/run/profile-state.ts";
import { profileStateFolder, stateFolder } from "../../src/run/state-folder.ts";
import { TIMER_SCRIPT } from "../schedule/burp-timer.ts";
import { nextSecond, startBakup } from "./child.ts";
import { makePlace } from "./make-job.ts";

const INTERNAL_RULE_ARGS = 'timer_arg[] = 20h\ntimer_arg[] = "Mon, 10 and more"\n';

/** A profile whose timer script is the given one, and how to run it when it is due. */
function profile(t: TestContext, body: string, { settings = "", args = INTERNAL_RULE_ARGS } = {}) {
  const place = makePlace(t);
  const script = join(place.top, "timer_script");
  writeFileSync(script, body, { mode: 0o755 });
  const config = join(place.top, "bakup.conf");
  const own = `[profile]\nname = laptop\n[source]\npath = ${place.source}\n[destination]\nlocation = ${place.mirror}\n`;
  writeFileSync(config, `${own}[schedule]\ntimer_script = ${script}\n${args}${settings}`, { mode: 0o600 });
  const call = (...command: string[]) => startBakup([...command, "--config", config], {}).ended;
  const run = async (...options: string[]) => {
    await nextSecond();
    return call("run", "--timed", ...options);
  };
  return { place, due: () => call("due"), run };
}

test("the script gets BURP's five reserved arguments, then the timer_args, each as it is written", async (t) => {
  const { place, run } = profile(t, `#!/bin/sh\nprintf '%s\\n' "$@" >"$0.arguments"\n`);
  assert.equal((await run()).code, 0);
  assert.deepEqual(readFileSync(join(place.top, "timer_script.arguments"), "utf8").split("\n"), [
    "laptop",
    join(stateFolder(), "profiles/laptop/current"),
    join(stateFolder(), "profiles"),
    "reserved1",
    "reserved2",
    "20h",
    "Mon, 10 and more",
    "",
  ]);
});

for (const code of [1, 2, 3, 125, 255]) {
  test(`exit code ${code} means not now: the run is skipped with what the script said`, async (t) => {
    const { place, due, run } = profile(t, `#!/bin/sh\necho "too late today"\nexit ${code}\n`);
    assert.deepEqual([(await due()).code, (await run()).code], [75, 75]);
    assert.match(readProfileState("laptop").lastSkip?.reason ?? "", /not time \(\d+\): too late today/);
    assert.equal(existsSync(place.store), false);
  });
}

const BROKEN: [name: string, body: string, said: RegExp][] = [
  ["is killed", "#!/bin/sh\nkill -SEGV $$\n", /killed by SIGSEGV/],
  ["takes too long", "#!/bin/sh\nsleep 60 & wait\n", /took longer than 1 second and was stopped/],
  ["cannot be started", "#!/nowhere/sh\n", /broken #! line: cannot run .*nowhere/],
  ["has no #! line", "exit 0\n", /has no #! line/],
  ["calls a program that is not there", "#!/bin/sh\nexec no-such-program\n", /failed with exit code 127.*not found/],
  ["calls a program that may not run", "#!/bin/sh\nexec /etc/passwd\n", /failed with exit code 126/],
];

for (const [name, body, said] of BROKEN) {
  test(`a script that ${name} is an error, and no skip`, async (t) => {
    const { place, due, run } = profile(t, body, { settings: "timer_timeout = 1s\n" });
    assert.equal((await due()).code, 1);
    const { code, stderr } = await run();
    assert.equal(code, 5, stderr);
    assert.match(stderr, said);
    assert.match(stderr, /"PRIORITY":3/);
    const { lastRun, lastSkip } = readProfileState("laptop");
    assert.deepEqual([lastRun?.exitCode, lastSkip], [5, undefined]);
    assert.equal(existsSync(place.store), false);
  });
}

test("the folder of the newest backup says in BURP's form when it began, and leads to the snapshot", async (t) => {
  const { place, run } = profile(t, "#!/bin/sh\nexit 0\n");
  const current = join(stateFolder(), "profiles/laptop/current");
  for (const sequence of ["0000001", "0000002"]) {
    assert.equal((await run()).code, 0);
    const { lastSuccess } = readProfileState("laptop");
    const text = readFileSync(join(current, "timestamp"), "utf8");
    const [, number, date, time, zone] = /^(\d{7}) (\S+) (\S+) ([+-]\d{4})\n$/.exec(text) ?? [];
    const instant = Date.parse(`${date}T${time}${zone?.replace(/(\d\d)$/, ":$1")}`);
    assert.deepEqual([number, instant], [sequence, Math.floor(Date.parse(lastSuccess?.started ?? "") / 1000) * 1000]);
    assert.equal(readlinkSync(join(current, "snapshot")), join(place.store, lastSuccess?.snapshot ?? ""));
    assert.ok(lstatSync(join(current, "snapshot/file")).isFile());
  }
});

test("the flag file is stronger than the script, and eaten by the backup alone", async (t) => {
  const { due, run } = profile(t, "#!/bin/sh\nexit 1\n");
  mkdirSync(profileStateFolder("laptop"), { recursive: true });
  writeFileSync(flagFile("laptop"), "");
  assert.equal((await due()).code, 0);
  assert.ok(existsSync(flagFile("laptop")));
  assert.equal((await run()).code, 0);
  assert.equal(existsSync(flagFile("laptop")), false);
  assert.equal((await run()).code, 75);
});

test("a forced run does not ask the script", async (t) => {
  const { run } = profile(t, "#!/bin/sh\nexit 1\n");
  assert.equal((await run("--force")).code, 0);
});

test("BURP's stock script works as it is: bands, interval, and what it said", async (t) => {
  const { place } = profile(t, "");
  const config = join(place.top, "stock.conf");
  const call = (args: string, ...command: string[]) => {
    const own = `[profile]\nname = laptop\n[source]\npath = ${place.source}\n[destination]\nlocation = ${place.mirror}\n`;
    writeFileSync(config, `${own}[schedule]\ntimer_script = ${TIMER_SCRIPT}\n${args}`, { mode: 0o600 });
    return startBakup([...command, "--config", config], {}).ended;
  };
  const open = "timer_arg[] = 1h\ntimer_arg[] = always\n";
  assert.equal((await call("timer_arg[] = 1h\ntimer_arg[] = never\n", "run", "--timed")).code, 75);
  assert.equal((await call(open, "run", "--timed")).code, 0);
  const { code, stderr } = await call(open, "run", "--timed");
  assert.equal(code, 75, stderr);
  assert.match(readProfileState("laptop").lastSkip?.reason ?? "", /not time \(1\): Currently out of timeband/);
  await nextSecond();
  await nextSecond();
  assert.equal((await call("timer_arg[] = 0s\ntimer_arg[] = always\n", "due")).code, 0);
});
