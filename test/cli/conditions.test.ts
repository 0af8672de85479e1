import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { flagFile } from "../../src/run/flag-file.ts";
import { readProfileState } from "../../src/run/profile-state.ts";
import { ONLINE, type Power, serveMachine } from "../conditions/services.ts";
import { nextSecond, startBakup } from "../run/child.ts";
import { makePlace } from "./place.ts";

const ALWAYS = "[schedule]\ntimer_arg[] = 20h\ntimer_arg[] = always\n";

/** A profile whose machine is as told, with bakup as a process of its own. */
async function prepare(
  t: TestContext,
  { says = {}, settings = "", location }: { says?: Power; settings?: string; location?: string },
) {
  const asked = await serveMachine(t, says);
  const place = makePlace(t, `${ALWAYS}${settings}`, location);
  place.write("file", "one\n");
  const run = async (args: readonly string[], before: readonly string[] = []) => {
    await nextSecond();
    const config = join(place.folder, "bakup.conf");
    const { code, stderr } = await startBakup(["run", "--config", config, "--log-format", "json", ...args], { before })
      .ended;
    const log = stderr.split("\n").filter((line) => line.startsWith("{"));
    return { code, stderr, log: log.map((line) => JSON.parse(line)) };
  };
  return { ...place, asked, run };
}

function wish(): void {
  mkdirSync(join(flagFile("box"), ".."), { recursive: true });
  writeFileSync(flagFile("box"), "");
}

test("a timed run on battery waits where the profile says so; it is told everywhere, and is no success", async (t) => {
  const says: Power = { onBattery: true };
  const { run, json, bakup, store } = await prepare(t, { says, settings: "[conditions]\non_battery = wait\n" });
  wish();
  const { code, log } = await run(["--timed"]);
  assert.equal(code, 75);
  assert.deepEqual(
    log.map(({ BAKUP_KIND, BAKUP_CONDITION, MESSAGE }) => [BAKUP_KIND, BAKUP_CONDITION, MESSAGE]),
    [["runWaiting", "battery", "backup waits: the machine runs on battery"]],
  );
  assert.equal(existsSync(store), false);
  assert.ok(existsSync(flagFile("box")));
  const { runs } = (await json("history")).profiles[0];
  assert.deepEqual([runs.length, runs[0].exitCode, runs[0].error], [1, 75, "the machine runs on battery"]);
  const [status] = (await json("status")).profiles;
  assert.equal(status.lastRun, null);
  assert.deepEqual([status.lastSkip.condition, status.lastSkip.reason], ["battery", "the machine runs on battery"]);
  assert.deepEqual([status.next.due, status.next.waits], [true, "the machine runs on battery"]);
  assert.match((await bakup("status")).stdout, /due now: .*; a timed run waits, because the machine runs on battery/);
  const due = await bakup("due", "--json");
  const [answer] = JSON.parse(due.stdout).profiles;
  assert.deepEqual([due.code, answer.decision, answer.rule], [75, "skip", "battery"]);
  assert.equal((await run(["--timed"])).code, 75);
  assert.match((await bakup("history")).stdout, /the machine runs on battery \(2 times, until /);
  assert.equal((await json("history")).profiles[0].runs.length, 2);
  says.onBattery = false;
  assert.equal((await run(["--timed"])).code, 0);
  assert.equal(existsSync(flagFile("box")), false);
  assert.equal((await json("status")).profiles[0].next.waits, null);
});

for (const args of [[], ["--timed", "--force"], ["--force"]]) {
  test(`bakup run ${args.join(" ")} by hand does not wait`, async (t) => {
    const { run, asked } = await prepare(t, {
      says: { onBattery: true },
      settings: "[conditions]\non_battery = wait\n",
    });
    assert.equal((await run(args)).code, 0);
    assert.deepEqual(asked, []);
  });
}

test("what is not due is not due: no condition is asked, and no wait recorded", async (t) => {
  const { run, asked, json, bakup } = await prepare(t, {
    says: { onBattery: true },
    settings: "[conditions]\non_battery = wait\n",
  });
  assert.equal((await run([])).code, 0);
  assert.equal((await run(["--timed"])).code, 75);
  assert.deepEqual(asked, []);
  assert.equal((await json("history")).profiles[0].runs.length, 1);
  assert.match((await bakup("status")).stdout, /next run .*: the last backup began at .*, not more than 20h ago/);
});

test("unless told otherwise, a backup on battery to a disk here is made, and nobody is asked", async (t) => {
  const { run, asked } = await prepare(t, { says: { onBattery: true, network: { ...ONLINE, metered: 1 } } });
  assert.equal((await run(["--timed"])).code, 0);
  assert.deepEqual(asked, []);
});

test("without UPower the machine is on no battery; the log says at the level debug that nobody could be asked", async (t) => {
  const { run } = await prepare(t, { settings: "[conditions]\non_battery = wait\n" });
  const { code, log } = await run(["--timed", "--verbose"]);
  assert.equal(code, 0);
  assert.deepEqual(
    log.filter(({ BAKUP_KIND }) => BAKUP_KIND === "conditionUnknown").map(({ BAKUP_SERVICE }) => BAKUP_SERVICE),
    ["UPower"],
  );
});

const NAS = "backup@nas.invalid:/backup/latest";

test("a timed run to another machine waits while the connection is metered, unless the profile pays", async (t) => {
  const says: Power = { network: { ...ONLINE, metered: 3 } };
  const offline = "[conditions]\nwithout_network = run\n";
  const thrifty = await prepare(t, { says, location: NAS, settings: offline });
  const { code, log } = await thrifty.run(["--timed"]);
  assert.equal(code, 75);
  assert.equal(log.at(-1).MESSAGE, "backup waits: the network connection seems to be metered");
  const lavish = await prepare(t, { says, location: NAS, settings: `${offline}on_metered = run\n` });
  assert.equal((await lavish.run(["--timed"])).code, 5);
});

test("a timed run to another machine waits while there is no network, as the kernel knows it", async (t) => {
  const { run, bakup } = await prepare(t, {
    says: { network: { ...ONLINE, state: 20, connectivity: 1 } },
    location: NAS,
  });
  const offline = await run(["--timed"], ["unshare", "--net"]);
  assert.equal(offline.code, 75, offline.stderr);
  assert.equal(offline.log.at(-1).MESSAGE, "backup waits: there is no network (NetworkManager: disconnected)");
  assert.equal(readProfileState("box").lastSkip?.condition, "network");
  assert.match((await bakup("history")).stdout, /there is no network \(NetworkManager: disconnected\)/);
  const up = 'ip link add eth9 type veth && ip link set eth9 up && ip route add default dev eth9 && exec "$@"';
  const online = await run(["--timed"], ["unshare", "--net", "sh", "-c", up, "sh"]);
  assert.equal(online.code, 5, online.stderr);
});

test("with without_network = run a run tries, and fails", async (t) => {
  const { run } = await prepare(t, { location: NAS, settings: "[conditions]\nwithout_network = run\n" });
  assert.equal((await run(["--timed"], ["unshare", "--net"])).code, 5);
});

test("whoever waits for ever on battery is missed: the absence alarm tells why", async (t) => {
  const { run, backUp, folder } = await prepare(t, {
    says: { onBattery: true },
    settings: "[conditions]\non_battery = wait\n[notifications]\ndesktop = no\n",
  });
  await backUp(new Date(Date.now() - 3 * 86_400_000).toISOString());
  assert.equal((await run(["--timed"])).code, 75);
  const config = join(folder, "bakup.conf");
  const { stderr } = await startBakup(["watch", "--config", config, "--log-format", "json"], {}).ended;
  const [alarm] = stderr
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.equal(alarm.BAKUP_KIND, "absenceAlarm");
  assert.match(alarm.BAKUP_REASON, /the last run was skipped: the machine runs on battery/);
});

test("an absent disk is a skip with its reason, in the history, the status and the answer of bakup due", async (t) => {
  const { run, json, bakup } = await prepare(t, { settings: "[disk]\ndevice = UUID=0000-9999\nbackend = tools\n" });
  wish();
  const { code, log } = await run(["--timed"]);
  assert.equal(code, 75);
  assert.equal(log.at(-1).BAKUP_KIND, "runSkipped");
  const reason = /the backup disk .*0000-9999 is not there/;
  assert.match((await json("history")).profiles[0].runs[0].error, reason);
  const [status] = (await json("status")).profiles;
  assert.equal(status.lastSkip.condition, "disk");
  assert.match(status.lastSkip.reason, reason);
  assert.match((await bakup("due")).stdout, /^box: due: .*; the last try, at .*, was skipped: the backup disk/);
  assert.ok(existsSync(flagFile("box")));
});
