import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { installedMachine } from "./installed-machine.ts";
import { LANE } from "./lane.ts";
import type { Machine } from "./machine.ts";

let machine: Machine;

before(async () => {
  if (LANE.skip === false) {
    machine = await installedMachine(["callback", "held.conf"]);
  }
});
after(() => machine?.stop());

const ACTIVE_UNITS = "systemctl list-units --no-legend --state=active,activating,deactivating 'bakup*'";

/** The package once more, as the next version. */
const NEXT_VERSION = `dpkg-deb --raw-extract bakup_*.deb next && sed -i 's/^Version: .*/Version: 99/' next/DEBIAN/control &&
  dpkg-deb --build next next.deb >/dev/null`;

test("installing starts nothing and enables nothing", LANE, async () => {
  assert.equal(await machine.output(ACTIVE_UNITS), "");
  assert.equal(await machine.output("find /etc/systemd -name '*bakup*'"), "");
});

test("bakup init is all that lies between installing and backups by themselves", LANE, async () => {
  await machine.output("mkdir -p /mnt/backup /srv/photos && echo one > /srv/photos/a");
  const options = "--source /srv/photos --location /mnt/backup/photos/latest --timer-arg 1s --timer-arg always";
  const said = await machine.output(`bakup init photos ${options} --enable-timer`);
  assert.match(said, /enabled: bakup\.timer, bakup-watch\.timer/);
  const timers = "bakup.timer bakup-watch.timer";
  assert.equal(await machine.output(`systemctl is-enabled ${timers}; systemctl is-active ${timers}`), TWICE_ON);
  assert.equal(await machine.output("bakup check"), "1 profile, no mistakes\n");
  await machine.output("systemctl start bakup.service");
  assert.equal(await machine.output("cat /mnt/backup/photos/2*Z/a"), "one\n");
  assert.match(
    await machine.output(`bakup init second ${options.replaceAll("photos", "second")} --no-trial-run`),
    /are enabled/,
  );
  await machine.output(
    `systemctl disable --now ${timers}; rm /etc/bakup/profiles.d/*.conf; rm -r /var/lib/bakup/profiles`,
  );
});

const TWICE_ON = "enabled\nenabled\nactive\nactive\n";

test("an upgrade keeps the configuration and the timer, and lets a backup that runs go on", LANE, async () => {
  await machine.output(`cp held.conf /etc/bakup/profiles.d/ && install -m 0755 callback /etc/bakup/callback
    echo '; mine' >>/etc/bakup/bakup.conf && systemctl enable --now bakup.timer
    touch /tmp/hold && systemctl start --no-block bakup@held.service
    while [ ! -e /tmp/held ]; do sleep 0.1; done`);
  await machine.output(`${NEXT_VERSION} && dpkg --install next.deb </dev/null`);
  assert.equal(await machine.output("dpkg-query --show bakup"), "bakup\t99\n");
  assert.match(
    await machine.output("tail -n 1 /etc/bakup/bakup.conf; ls /etc/bakup/profiles.d"),
    /^; mine\nheld\.conf\n$/,
  );
  assert.equal(
    await machine.output("systemctl is-active bakup.timer; systemctl is-enabled bakup.timer"),
    "active\nenabled\n",
  );
  assert.equal(
    await machine.output("systemctl show --value --property=ActiveState bakup@held.service"),
    "activating\n",
  );
  await machine.output(`rm /tmp/hold
    while [ "$(systemctl show --value --property=ActiveState bakup@held.service)" = activating ]; do sleep 0.1; done`);
  assert.match(await machine.output("ls /mnt/backup/held"), /^2.*Z$/m);
});

test("removing stops the timers and keeps configuration and state", LANE, async () => {
  await machine.output("dpkg --remove bakup");
  assert.equal(await machine.output(ACTIVE_UNITS), "");
  assert.match(await machine.output("ls /etc/bakup/profiles.d /var/lib/bakup/profiles"), /held\.conf\n(.*\n)*held/);
});

test("a purge takes what bakup remembers, never a backup", LANE, async () => {
  const files = "cd /mnt/backup/held && find . -type f | sort | xargs -d '\\n' sha256sum";
  const before = await machine.output(files);
  await machine.output("dpkg --purge bakup");
  assert.equal(await machine.output(files), before);
  assert.notEqual(before, "");
  assert.equal(await machine.output("ls -d /var/lib/bakup /etc/bakup/bakup.conf 2>/dev/null || true"), "");
  assert.equal(await machine.output("find /etc/systemd -name '*bakup*'"), "");
});
