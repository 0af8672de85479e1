import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makeFolder } from "./folder.ts";
import { loadProfiles } from "./load-profiles.ts";

const TROUBLE = ["failure", "recovery", "absence", "damage"];
const PLACE = "[destination]\nlocation = /mnt/backup/main/latest\n";

test("a single file with nothing but a location is the profile main, with every default", (context) => {
  const file = join(makeFolder(context, { "bakup.conf": PLACE }), "bakup.conf");
  assert.deepEqual(loadProfiles({ file }), [
    {
      file,
      id: "1",
      name: "main",
      source: {
        path: "/",
        mustBeMounted: false,
        oneFileSystem: true,
        exclude: [],
        excludedRoots: [
          "/dev/",
          "/home/*/.cache/",
          "/media/",
          "/mnt/",
          "/proc/",
          "/run/",
          "/sys/",
          "/tmp/",
          "/var/cache/",
          "/var/tmp/",
        ],
      },
      destination: {
        location: "/mnt/backup/main/latest",
        parsed: { kind: "local", directory: "/mnt/backup/main/latest" },
        tunnel: undefined,
        passwordFile: undefined,
        sshOptions: [],
        identity: undefined,
        sudo: true,
      },
      disk: { crypto: undefined, device: undefined, mount: undefined, key: undefined, backend: "auto" },
      schedule: {
        timerArgs: [
          "20h",
          "Mon,Tue,Wed,Thu,Fri,00,01,02,03,04,05,19,20,21,22,23",
          "Sat,Sun,00,01,02,03,04,05,06,07,08,17,18,19,20,21,22,23",
        ],
        timerScript: undefined,
        timerTimeoutSeconds: 60,
        allowForce: true,
        whenPlugged: false,
      },
      conditions: { onBattery: "run", onMetered: "wait", withoutNetwork: "wait" },
      snapshot: { skipUnchanged: false },
      rotation: {
        enabled: true,
        scheme: { hourly: 24, daily: 7, weekly: 4, monthly: "always" },
        relaxed: false,
        preferRecent: false,
        include: [],
        exclude: [],
      },
      transfer: {
        maxDeletePercent: 50,
        maxRewritePercent: 50,
        index: true,
        fullWalkSeconds: 604_800,
        ionice: undefined,
      },
      callback: { path: undefined, timeoutSeconds: 300 },
      watch: { absence: undefined, reminderSeconds: 86_400 },
      notifications: {
        desktop: true,
        mail: undefined,
        mailKinds: TROUBLE,
        ping: { url: undefined, kinds: ["start", "success", "failure"] },
        ntfy: { url: undefined, token: undefined, kinds: TROUBLE },
        webhook: { url: undefined, token: undefined, kinds: TROUBLE },
        command: { path: undefined, kinds: TROUBLE },
      },
      metricsFolder: undefined,
    },
  ]);
});

test("every key is converted", (context) => {
  const folder = makeFolder(context, { "hooks/callback": "#!/bin/sh\n" });
  const file = join(folder, "bakup.conf");
  writeFileSync(
    file,
    `[profile]
id = 12
name = my.laptop_1-x
[source]
path = /home
must_be_mounted = on
one_file_system = 0
exclude[] = "a # b"
exclude[] = *.iso
excluded_root[] = /home/x/
[destination]
location = rsync://me@h:8873/m/d
tunnel = me@[::1]:2222
password_file = credential:laptop
ssh_option[] = Port 2222
ssh_option[] = compression=yes
identity = /root/.ssh/key
sudo = no
[disk]
crypto = UUID=12-34
key = file:/etc/key
backend = Tools
[schedule]
timer_arg[] = 1h
timer_arg[] = always
timer_timeout = 3m
allow_force = false
when_plugged = yes
[snapshot]
skip_unchanged = YES
[rotation]
enabled = Off
daily = 3
yearly = Always
relaxed = true
prefer_recent = 1
include[] = 20*
exclude[] = 2026*
[transfer]
max_delete = 0
max_rewrite = 100%
index = no
full_walk = 1h
ionice = best-effort
[callback]
path = ${folder}/hooks/callback
timeout = 90
[watch]
absence = 4d
reminder = 2h
[notifications]
desktop = no
mail = admin@example.org
mail_on[] = Absence
[ping]
url = https://hc.example.org/uuid
on[] = failure
[conditions]
on_battery = Wait
on_metered = run
without_network = RUN
[ntfy]
url = credential:topic
token = file:/etc/token
on[] = damage
[webhook]
url = file:/etc/url
token = credential:hook
on[] = start
on[] = recovery
[command]
path = ${folder}/hooks/callback
on[] = success
[metrics]
folder = /srv/metrics
`,
  );
  const [profile] = loadProfiles({ file });
  assert.deepEqual(profile, {
    file,
    id: "12",
    name: "my.laptop_1-x",
    source: {
      path: "/home",
      mustBeMounted: true,
      oneFileSystem: false,
      exclude: ["a # b", "*.iso"],
      excludedRoots: ["/home/x/"],
    },
    destination: {
      location: "rsync://me@h:8873/m/d",
      parsed: { kind: "daemon", username: "me", hostname: "h", port: 8873, module: "m", directory: "d" },
      tunnel: "me@[::1]:2222",
      passwordFile: "credential:laptop",
      sshOptions: ["Port=2222", "compression=yes"],
      identity: "/root/.ssh/key",
      sudo: false,
    },
    disk: { crypto: "UUID=12-34", device: undefined, mount: undefined, key: "file:/etc/key", backend: "tools" },
    schedule: {
      timerArgs: ["1h", "always"],
      timerScript: undefined,
      timerTimeoutSeconds: 180,
      allowForce: false,
      whenPlugged: true,
    },
    conditions: { onBattery: "wait", onMetered: "run", withoutNetwork: "run" },
    snapshot: { skipUnchanged: true },
    rotation: {
      enabled: false,
      scheme: { daily: 3, yearly: "always" },
      relaxed: true,
      preferRecent: true,
      include: ["20*"],
      exclude: ["2026*"],
    },
    transfer: {
      maxDeletePercent: 0,
      maxRewritePercent: 100,
      index: false,
      fullWalkSeconds: 3600,
      ionice: "best-effort",
    },
    callback: { path: join(folder, "hooks/callback"), timeoutSeconds: 90 },
    watch: { absence: 345_600, reminderSeconds: 7200 },
    notifications: {
      desktop: false,
      mail: "admin@example.org",
      mailKinds: ["absence"],
      ping: { url: "https://hc.example.org/uuid", kinds: ["failure"] },
      ntfy: { url: "credential:topic", token: "file:/etc/token", kinds: ["damage"] },
      webhook: { url: "file:/etc/url", token: "credential:hook", kinds: ["start", "recovery"] },
      command: { path: join(folder, "hooks/callback"), kinds: ["success"] },
    },
    metricsFolder: "/srv/metrics",
  });
});
