import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { installedMachine, keepLoaded, readJournal, startService } from "./installed-machine.ts";
import { LANE } from "./lane.ts";
import type { Machine } from "./machine.ts";

let machine: Machine;

before(async () => {
  if (LANE.skip !== false) {
    return;
  }
  const files = [
    "special-files.sh",
    "describe-files.sh",
    "laptop.conf",
    "plugged.conf",
    "share.conf",
    "../../systemd/local-only.conf",
    "../../systemd/disk-tools.conf",
  ];
  machine = await installedMachine(files);
  await machine.output("cp laptop.conf /etc/bakup/profiles.d/");
});
after(() => machine?.stop());

test("systemd finds no fault with the units", LANE, async () => {
  const units = await machine.output("cd /lib/systemd/system && ls -d bakup*.service bakup*.timer");
  assert.ok(units.includes("bakup.service"));
  const names = units.trim().replaceAll("@.", "@laptop.").split("\n").join(" ");
  assert.equal(await machine.output(`systemd-analyze verify --man=no ${names} 2>&1`), "");
});

for (const unit of ["bakup.service", "bakup@laptop.service", "bakup-verify@laptop.service"]) {
  test(`${unit} is exposed at most by 3.2, and by 2.2 where all destinations are local`, LANE, async () => {
    await machine.output(`systemd-analyze security --no-pager --threshold=32 ${unit}`);
    const dropIns = `/etc/systemd/system/${unit.replace("laptop", "")}.d`;
    await machine.output(`mkdir -p ${dropIns}; cp local-only.conf ${dropIns}
      systemctl daemon-reload; systemd-analyze security --no-pager --threshold=22 ${unit}`);
  });
}

test("what is installed is not enabled, and enabling the timer is all that it takes", LANE, async () => {
  assert.equal((await machine.sh("systemctl is-enabled bakup.timer")).stdout.toString(), "disabled\n");
  await machine.output("systemctl enable --now bakup.timer");
  assert.match(await machine.output("systemctl list-timers bakup.timer"), /bakup\.service/);
  await machine.output("systemctl disable --now bakup.timer");
});

test("a backup in the sandbox without network has everything", LANE, async () => {
  await machine.output("sh special-files.sh");
  await startService(machine, "bakup.service");
  const original = await machine.output("sh describe-files.sh / 2>&1");
  assert.ok(original.includes("trusted.secret") && original.includes("security.capability"));
  assert.equal(await machine.output("sh describe-files.sh /mnt/backup/store/2*Z 2>&1"), original);
});

test("the journal of the unit tells the story of the run in about ten lines, with their fields", LANE, async () => {
  const all = await readJournal(machine, "--unit=bakup.service");
  const entries = all.filter(({ BAKUP_RUN }) => BAKUP_RUN !== undefined);
  assert.ok(entries.length >= 5 && entries.length <= 12, entries.map(({ MESSAGE }) => MESSAGE).join("\n"));
  assert.equal(entries[0]?.BAKUP_KIND, "runStarted");
  assert.equal(entries.at(-1)?.BAKUP_KIND, "runFinished");
  for (const { BAKUP_PROFILE, BAKUP_RUN, MESSAGE_ID, _SYSTEMD_UNIT } of entries) {
    assert.deepEqual([BAKUP_PROFILE, BAKUP_RUN, _SYSTEMD_UNIT], ["laptop", entries[0]?.BAKUP_RUN, "bakup.service"]);
    assert.match(MESSAGE_ID ?? "", /^[0-9a-f]{32}$/);
  }
  assert.ok(entries.some(({ BAKUP_SNAPSHOT }) => BAKUP_SNAPSHOT !== undefined));
});

test("a run that is not due is a success of the unit, and its status says why", LANE, async () => {
  await keepLoaded(machine, "bakup");
  await startService(machine, "bakup.service");
  const properties = await machine.output("systemctl show --property=Result,ExecMainStatus,StatusText bakup.service");
  assert.match(properties, /^ExecMainStatus=75$/m);
  assert.match(properties, /^Result=success$/m);
  assert.match(properties, /^StatusText=laptop: the last backup began at /m);
});

test("snapshots are verified in the sandbox; a store that is not there is left for another time", LANE, async () => {
  await startService(machine, "bakup-verify@laptop.service");
  const checked = await readJournal(machine, "--unit=bakup-verify@laptop.service");
  assert.ok(
    checked.some(({ MESSAGE }) => /sound/.test(MESSAGE ?? "")),
    JSON.stringify(checked.map((e) => e.MESSAGE)),
  );
  await machine.output("mv /mnt/backup/store /mnt/backup/elsewhere");
  await startService(machine, "bakup-verify@laptop.service");
  await machine.output("mv /mnt/backup/elsewhere /mnt/backup/store");
});

test("after a week without the machine its timer verifies a part, and tests a restore", LANE, async () => {
  const timer = "bakup-verify@laptop.timer";
  // Hours of the wait that spreads machines are all that is changed of it.
  await machine.output(`
    mkdir /etc/systemd/system/${timer}.d
    printf '[Timer]\\nRandomizedDelaySec=0\\n' >/etc/systemd/system/${timer}.d/at-once.conf
    systemctl daemon-reload
    touch --date='8 days ago' /var/lib/systemd/timers/stamp-${timer}`);
  const since = Number(await machine.output("date +%s")) + 1;
  const query = `--unit=bakup-verify@laptop.service --since=@${since}`;
  await machine.output(`sleep 1; systemctl enable --now ${timer}
    while ! journalctl --quiet ${query} | grep -Eq ' (Finished|Failed) '; do sleep 0.2; done`);
  const said = (await readJournal(machine, query)).map(({ MESSAGE }) => MESSAGE).join("\n");
  assert.match(said, /part 2 of 13: 1 snapshot checked, .*: no damage/);
  assert.match(said, /restore test of .*: 100 files, .*: all as they were/);
  assert.match(said, /Finished/);
  await machine.output(`systemctl disable --now ${timer}`);
});

test("with the drop-in for it, a unit mounts a share of fstab by itself, and unmounts it", LANE, async () => {
  await machine.output(`rm /etc/systemd/system/bakup@.service.d/local-only.conf
    mkdir -p /etc/systemd/system/bakup@share.service.d
    cp disk-tools.conf /etc/systemd/system/bakup@share.service.d/ && systemctl daemon-reload
    mkdir /mnt/share; echo 'share /mnt/share tmpfs noauto 0 0' >>/etc/fstab && cp share.conf /etc/bakup/profiles.d/`);
  await startService(machine, "bakup@share.service");
  const kinds = (await readJournal(machine, "--unit=bakup@share.service")).map(({ BAKUP_KIND }) => BAKUP_KIND);
  assert.ok(kinds.includes("diskMounted") && kinds.includes("snapshotTaken") && kinds.includes("diskUnmounted"));
  assert.equal((await machine.sh("mountpoint --quiet /mnt/share")).exitCode, 32);
});

test("a disk that is plugged in starts its profile where that is wanted, and nothing else", LANE, async () => {
  await machine.output("mknod /dev/plugged b 7 99; mknod /dev/other b 7 98");
  await machine.output("systemctl start bakup-plugged@plugged.service");
  assert.deepEqual(await readJournal(machine, "BAKUP_KIND=diskPlugged"), []);
  await machine.output(`cp plugged.conf /etc/bakup/profiles.d/
    systemctl start bakup-plugged@other.service bakup-plugged@plugged.service`);
  const entries = await readJournal(machine, "BAKUP_KIND=diskPlugged");
  assert.deepEqual(
    entries.map(({ BAKUP_PROFILE, BAKUP_UNIT, _SYSTEMD_UNIT }) => [BAKUP_PROFILE, BAKUP_UNIT, _SYSTEMD_UNIT]),
    [["plugged", "bakup@plugged.service", "bakup-plugged@plugged.service"]],
  );
  // There is no such disk in truth, so the run that was started fails.
  await machine.output("while ! systemctl is-failed --quiet bakup@plugged.service; do sleep 0.1; done");
});

interface Finding {
  check: string;
  level: string;
  hint: string | null;
}

async function findingsOf(check: string): Promise<Finding[]> {
  const output = await machine.output("bakup doctor --json laptop || [ $? = 8 ]");
  return JSON.parse(output).findings.filter((finding: Finding) => finding.check === check);
}

test("doctor finds the unit of the package sound, and names a drop-in that spoils backups", LANE, async () => {
  const levels = (await findingsOf("sandbox")).map(({ level }) => level);
  assert.deepEqual(levels, ["fine"]);
  const file = "/etc/systemd/system/bakup.service.d/my.conf";
  await machine.output(
    `mkdir -p $(dirname ${file}); printf '[Service]\\nPrivateTmp=yes\\n' >${file}; systemctl daemon-reload`,
  );
  const [finding, ...others] = await findingsOf("sandbox");
  await machine.output(`rm ${file}; systemctl daemon-reload`);
  assert.deepEqual([finding?.level, others], ["problem", []]);
  assert.match(finding?.hint ?? "", /systemctl revert bakup\.service; local changes are in .*\/my\.conf/);
});

test("doctor sees whether timers start backups", LANE, async () => {
  const levels = async () => (await findingsOf("timer")).map(({ level }) => level);
  await machine.output("systemctl disable --now bakup.timer bakup-watch.timer");
  assert.deepEqual(await levels(), ["problem", "advice"]);
  await machine.output("systemctl enable --now bakup.timer bakup-watch.timer");
  assert.deepEqual(await levels(), ["fine", "fine"]);
  await machine.output("systemctl disable --now bakup.timer bakup-watch.timer");
});
