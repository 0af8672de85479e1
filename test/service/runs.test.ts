import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { nextSecond } from "../run/child.ts";
import { installedMachine, keepLoaded, readJournal, startService } from "./installed-machine.ts";
import { LANE } from "./lane.ts";
import type { Machine } from "./machine.ts";

let machine: Machine;

before(async () => {
  if (LANE.skip !== false) {
    return;
  }
  machine = await installedMachine(["callback", "held.conf", "sendmail"]);
  await machine.output(`cp held.conf /etc/bakup/profiles.d/ && install -m 0755 callback /etc/bakup/callback
    install -m 0755 sendmail /usr/sbin/sendmail`);
  await keepLoaded(machine, "bakup", "bakup@held");
});
after(() => machine?.stop());
beforeEach(() => machine?.output("rm -f /tmp/hold; rm -rf /mnt/backup/held /var/lib/bakup/*"));

/** Starts a run and returns when it is held in its callback. */
async function startHeld(): Promise<void> {
  await machine.output("rm -f /tmp/held; touch /tmp/hold && systemctl start --no-block bakup.service");
  await until("test -e /tmp/held");
}

async function until(condition: string): Promise<void> {
  while ((await machine.sh(condition)).exitCode !== 0) {
    await sleep(50);
  }
}

const ENDED =
  "! systemctl is-active --quiet bakup.service && systemctl show -P ActiveState bakup.service | grep -Eq '^(inactive|failed)$'";

async function property(unit: string, name: string): Promise<string> {
  return (await machine.output(`systemctl show --value --property=${name} ${unit}`)).trim();
}

test("while it works the status says what it does, and the machine does not go to sleep", LANE, async () => {
  await startHeld();
  assert.equal(await property("bakup.service", "StatusText"), "held: callback 1");
  assert.match(await machine.output("systemd-inhibit --list --no-legend"), /bakup .*sleep .*backup of held .*block/);
  await machine.output("rm /tmp/hold");
  await until(ENDED);
  assert.match(await property("bakup.service", "StatusText"), /^held: finished, snapshot 2/);
  assert.doesNotMatch(await machine.output("systemd-inhibit --list --no-legend"), /bakup/);
});

test("what a child complains about is in the journal of the unit", LANE, async () => {
  const entries = await readJournal(machine, "--unit=bakup.service BAKUP_KIND=callbackOutput");
  assert.deepEqual(
    entries.map(({ BAKUP_LINE, BAKUP_PROFILE }) => [BAKUP_LINE, BAKUP_PROFILE]),
    [["the callback complains", "held"]],
  );
});

test("a second run while the first works ends with code 2, and its status says so; root gets mail", LANE, async () => {
  await startHeld();
  assert.equal((await machine.sh("systemctl start bakup@held.service")).exitCode, 1);
  assert.equal(await property("bakup@held.service", "ExecMainStatus"), "2");
  assert.match(await property("bakup@held.service", "StatusText"), /^held: already running: .*\(process \d+, since /);
  await machine.output("rm /tmp/hold");
  await until(ENDED);
  const story = await machine.output("journalctl --unit=bakup.service --lines=20");
  assert.equal(await property("bakup.service", "Result"), "success", story);
  await until("test -e /var/mail/sent");
  const mail = await machine.output("cat /var/mail/sent");
  assert.match(mail, /^To: root\nSubject: bakup@held\.service failed on /);
  assert.match(mail, /status=2/);
});

test("stopping the unit stops the run, and the next one is complete", LANE, async () => {
  await startHeld();
  await machine.output("systemctl stop bakup.service");
  assert.equal(await property("bakup.service", "ExecMainStatus"), "143");
  assert.doesNotMatch(await machine.output("systemd-inhibit --list --no-legend"), /bakup/);
  await nextSecond();
  await machine.output("rm -f /tmp/hold");
  await startService(machine, "bakup.service");
  assert.match(await property("bakup.service", "StatusText"), /^held: finished, snapshot 2/);
});

test(
  "a killed run leaves nothing that works on or keeps the machine awake, and the next one starts at once",
  LANE,
  async () => {
    await startHeld();
    await machine.output("systemctl kill --kill-who=main --signal=KILL bakup.service");
    await until(ENDED);
    assert.equal(await property("bakup.service", "Result"), "signal");
    assert.equal((await machine.sh("pgrep -f '[/]etc/bakup/callback'")).exitCode, 1);
    assert.doesNotMatch(await machine.output("systemd-inhibit --list --no-legend"), /bakup/);
    const [last] = (await readJournal(machine, "--unit=bakup.service BAKUP_KIND=callbackOutput")).slice(-1);
    assert.equal(last?.BAKUP_LINE, "the callback complains");
    await nextSecond();
    await machine.output("rm -f /tmp/hold; systemctl reset-failed bakup.service");
    await startService(machine, "bakup.service");
    assert.match(await property("bakup.service", "StatusText"), /^held: finished, snapshot 2/);
  },
);

test("a run that crashes leaves no image of its memory, in which keys and passwords are", LANE, async () => {
  await nextSecond();
  await startHeld();
  const pid = await property("bakup.service", "MainPID");
  assert.match(await machine.output(`cat /proc/${pid}/limits`), /^Max core file size +0 +0 /m);
  await machine.output("rm /tmp/hold");
  await until(ENDED);
});
