import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { builtPackage } from "../debian/built-package.ts";
import { type Guest, PAYLOAD } from "./guest.ts";
import { LANE } from "./lane.ts";
import { diskState, endingOf, holdRun, releaseRun, runService, wakeLaptop, wholeSnapshots } from "./laptop.ts";

const OLD_LINE = "; this is how it was";

let folder: string;
let guest: Guest;

before(async () => {
  if (LANE.skip === false) {
    folder = mkdtempSync(join(tmpdir(), "bakup-older-"));
    guest = await wakeLaptop({ deb: olderPackage(await builtPackage()) });
  }
});
after(async () => {
  await guest?.end();
  rmSync(folder, { recursive: true, force: true });
});

/** The package as an earlier version that came with other configuration files. */
function olderPackage(deb: string): string {
  const unpacked = join(folder, "unpacked");
  execFileSync("dpkg-deb", ["--raw-extract", deb, unpacked]);
  const control = join(unpacked, "DEBIAN/control");
  writeFileSync(control, readFileSync(control, "utf8").replace(/^Version: .*/m, "Version: 0.0.1"));
  for (const name of ["bakup.conf", "xfer.conf"]) {
    appendFileSync(join(unpacked, "etc/bakup", name), `${OLD_LINE}\n`);
  }
  const older = join(folder, "bakup_0.0.1.deb");
  execFileSync("dpkg-deb", ["-Znone", "--build", unpacked, older], { stdio: "ignore" });
  return older;
}

async function versions(): Promise<number[]> {
  return (await wholeSnapshots(guest)).map(({ version }) => version);
}

test("an upgrade keeps the configuration, the timer, a run that works, and what was backed up", LANE, async () => {
  const mine = "; this is mine";
  assert.equal(await guest.sh("dpkg-query --show bakup"), "bakup\t0.0.1\n");
  await guest.sh(`echo '${mine}' >> /etc/bakup/bakup.conf; systemctl enable --now bakup.timer`);
  await guest.sh("sha256sum /etc/bakup/profiles.d/* > /root/profiles");
  await holdRun(guest);

  await guest.sh(`dpkg --force-confold --install ${PAYLOAD}/${basename(await builtPackage())}`);
  assert.match(await guest.sh("dpkg-query --show bakup"), /^bakup\t0\.[1-9]/);
  assert.equal(await guest.sh("tail --lines=2 /etc/bakup/bakup.conf"), `${OLD_LINE}\n${mine}\n`);
  assert.equal(await guest.sh("sha256sum --check --quiet /root/profiles"), "");
  assert.equal(
    await guest.sh(`grep --recursive --files-with-matches '${OLD_LINE}' /etc/bakup`),
    "/etc/bakup/bakup.conf\n",
  );
  assert.equal(await guest.sh("cd /etc/bakup; ls *.dpkg-*"), "bakup.conf.dpkg-dist\n");
  assert.equal(
    await guest.sh("systemctl is-active bakup.timer; systemctl is-enabled bakup.timer"),
    "active\nenabled\n",
  );
  assert.equal(await guest.sh("systemctl show --value --property=ActiveState bakup.service"), "activating\n");
  await releaseRun(guest);
  assert.equal((await endingOf(guest)).code, 0);

  await guest.sh("change-source");
  assert.equal((await runService(guest)).code, 0);
  assert.deepEqual(await versions(), [1, 2]);
  assert.equal(await diskState(guest), "locked");
});

test(
  "a purge stops a run, which puts its disk away, and takes what bakup remembers: backups and others' units stay",
  LANE,
  async () => {
    assert.equal((await runService(guest)).code, 0);
    await guest.sh(`
      systemd-run --quiet --unit=bakup-of-mine sleep infinity
      systemctl enable bakup@laptop.timer bakup-verify@laptop.timer
      systemctl mask bakup-web.service`);
    const before = await versions();
    await holdRun(guest);
    assert.equal(await diskState(guest), "mounted");

    await guest.sh("dpkg --purge bakup");
    assert.equal(await diskState(guest), "locked");
    const active = await guest.sh(`
      systemctl list-units --no-legend --plain --state=active,activating,deactivating 'bakup*' | cut -d ' ' -f 1`);
    assert.equal(active, "bakup-of-mine.service\nbakup-tests.service\n");
    assert.equal(await guest.sh("ls --directory /var/lib/bakup /etc/bakup/bakup.conf 2> /dev/null || true"), "");
    assert.equal(await guest.sh("ls /etc/bakup/profiles.d"), "laptop.conf\n");
    assert.equal(
      await guest.sh("find /etc/systemd -name 'bakup*' ! -name bakup-tests.service"),
      "/etc/systemd/system/bakup-web.service\n",
    );
    assert.deepEqual(await versions(), before);
  },
);
