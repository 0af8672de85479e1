import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeClock } from "../../src/doctor/clock.ts";
import type { Finding } from "../../src/doctor/finding.ts";
import { judgeLinks } from "../../src/doctor/links.ts";
import { judgeMount } from "../../src/doctor/mount.ts";
import { judgePermissions } from "../../src/doctor/permissions.ts";
import { judgeRsync } from "../../src/doctor/rsync.ts";
import { judgeSpace } from "../../src/doctor/space.ts";
import { judgeTimers } from "../../src/doctor/timers.ts";
import { judgeUdisks } from "../../src/doctor/udisks.ts";
import { judgeVerified } from "../../src/doctor/verified.ts";

type Case = [name: string, findings: Finding | Finding[], ...expected: [level: Finding["level"], text: RegExp][]];

const DAY = 86_400_000;
const NOW = Date.parse("2026-12-24T12:00:00Z");
const rsync = (banner: string | undefined, packageVersion?: string) => judgeRsync({ banner, packageVersion });
const banner = (version: string, abilities = "hardlinks, symlinks, ACLs, xattrs") =>
  `rsync  version ${version}  protocol version 32\nCapabilities:\n    ${abilities}\n`;
const clock = (facts: Partial<Parameters<typeof judgeClock>[0]>) =>
  judgeClock({ now: NOW, isSynchronized: true, newestBackup: undefined, ...facts });
const space = (freeBytes: number, freeInodes: number, inodes = 1000) =>
  judgeSpace({ store: "/s", bytes: 1000, freeBytes, inodes, freeInodes });
const mount = (facts: Partial<Parameters<typeof judgeMount>[0]>) =>
  judgeMount({ point: "/m", type: "ext4", readOnly: false, options: ["rw"], holdsSource: false, ...facts });
const udisks = (facts: Partial<Parameters<typeof judgeUdisks>[0]>) =>
  judgeUdisks({ need: "unlock", usesTools: false, trouble: undefined, hasCrypto: true, ...facts });
const file = (mode: number, role: "configuration" | "secret" | "folder" = "configuration", uid = 0) =>
  judgePermissions([{ path: "/f", role, status: { mode, uid } }], 0);
const program = (mode: number) => judgePermissions([{ path: "/f", role: "program", status: { mode, uid: 0 } }], 0);
const on = { isEnabled: true, isActive: true };
const off = { isEnabled: false, isActive: false };
const timers = (all = on, own = off, whenPlugged = false, watch = on) =>
  judgeTimers({ all, watch, profiles: [{ profile: "box", whenPlugged, ...own }] });
const verified = (snapshots: number, last?: number) => judgeVerified({ profile: "box", now: NOW, snapshots, last });

const cases: Case[] = [
  ["rsync is missing", rsync(undefined), ["problem", /not there/]],
  ["rsync says something else", rsync("hello"), ["problem", /does not tell/]],
  ["rsync without known holes", rsync(banner("3.5.0")), ["fine", /3\.5\.0/]],
  ["a later rsync", rsync(banner("4.0.0")), ["fine", /4\.0\.0/]],
  ["a preliminary version", rsync(banner("v3.5.1pre1")), ["fine", /3\.5\.1pre1/]],
  ["rsync with grave holes", rsync(banner("3.2.7")), ["problem", /older than 3\.4\.0.*CVE-2024-12084/]],
  ["whose distribution closes holes", rsync(banner("3.2.7"), "3.2.7-1+deb12u2"), ["advice", /older than 3\.4\.0/]],
  ["rsync with lesser holes", rsync(banner("3.4.1")), ["advice", /CVE-2026-53783/]],
  [
    "rsync without abilities",
    rsync(banner("3.5.0", "no hardlinks, symlinks, no ACLs, xattrs")),
    ["fine", /./],
    ["problem", /without hardlinks, ACLs:/],
  ],
  ["a sound clock", clock({ newestBackup: NOW - DAY }), ["fine", /2026-12-24/]],
  ["a clock that nobody can tell about", clock({ isSynchronized: undefined }), ["fine", /./]],
  ["a clock that nobody sets", clock({ isSynchronized: false }), ["advice", /no time server/]],
  ["a clock without battery", clock({ now: 0 }), ["problem", /1970.*before bakup was written/]],
  ["a backup of the future", clock({ newestBackup: NOW + DAY }), ["problem", /2026-12-25.*2026-12-24/]],
  ["a clock a little off", clock({ newestBackup: NOW + 60_000 }), ["fine", /./]],
  ["room enough", space(100, 100), ["fine", /./], ["fine", /inodes/]],
  ["little room", space(99, 100), ["advice", /99 B of/], ["fine", /./]],
  ["no inodes", space(500, 19), ["fine", /./], ["problem", /19 of .*inodes/]],
  ["a full disk", space(0, 500), ["problem", /^0 B/], ["fine", /./]],
  ["a file system without a number of inodes", space(500, 0, 0), ["fine", /./]],
  ["a good mount", mount({}), ["fine", /ext4/]],
  ["a stick", mount({ type: "vfat" }), ["problem", /no hard links/]],
  ["a disk of Windows", mount({ type: "fuseblk" }), ["problem", /owners/]],
  ["a share of Windows", mount({ type: "cifs" }), ["problem", /owners/]],
  ["no extended attributes", mount({ options: ["rw", "nouser_xattr"] }), ["problem", /nouser_xattr loses/]],
  ["a journal of the metadata alone", mount({ options: ["rw", "data=writeback"] }), ["problem", /writeback risks/]],
  ["folders synchronous", mount({ options: ["rw", "dirsync"] }), ["advice", /slow/]],
  ["memory", mount({ type: "tmpfs" }), ["problem", /gone/]],
  ["read-only", mount({ readOnly: true }), ["problem", /read-only/]],
  ["no barriers", mount({ options: ["rw", "nobarrier"] }), ["problem", /nobarrier risks/]],
  ["no ACLs", mount({ options: ["rw", "noacl"] }), ["problem", /noacl loses/]],
  ["synchronous", mount({ options: ["rw", "sync"] }), ["advice", /slow/]],
  ["beside the source", mount({ holdsSource: true }), ["advice", /takes both/]],
  ["several flaws at once", mount({ type: "exfat", readOnly: true }), ["problem", /exfat/], ["problem", /read-only/]],
  ["udisks2 at work", udisks({}), ["fine", /can unlock/]],
  ["udisks2 absent", udisks({ trouble: "no such name" }), ["problem", /no such name/]],
  ["udisks2 without LUKS", udisks({ hasCrypto: false }), ["problem", /LUKS/]],
  ["without LUKS, where nothing is locked", udisks({ need: "mount", hasCrypto: false }), ["fine", /answers$/]],
  ["udisks2 absent and not needed", udisks({ need: "nothing", trouble: "x" }), ["fine", /not needed/]],
  ["udisks2 absent and not used", udisks({ usesTools: true, trouble: "x" }), ["fine", /plain tools/]],
  ["a folder that only root may write", file(0o755, "folder"), ["fine", /./]],
  ["a folder that others may write", file(0o775, "folder"), ["problem", /others may replace files in \/f/]],
  ["a folder like /tmp", file(0o1777, "folder"), ["problem", /others may add files in \/f/]],
  ["a program that others may write", program(0o757), ["problem", /may write \/f/]],
  ["a program that all may run", program(0o755), ["fine", /./]],
  ["a configuration that all may read", file(0o644), ["fine", /./]],
  ["a configuration that others may write", file(0o664), ["problem", /may write \/f/]],
  ["a configuration of somebody else", file(0o600, "configuration", 1000), ["problem", /user 1000/]],
  ["a secret of the owner alone", file(0o400, "secret"), ["fine", /./]],
  ["a secret that others may read", file(0o640, "secret"), ["problem", /may read the secret in \/f/]],
  [
    "a file that is missing",
    judgePermissions([{ path: "/f", role: "secret", status: undefined }], 0),
    ["problem", /\/f is not there/],
  ],
  [
    "root's file in a user's profile",
    judgePermissions([{ path: "/f", role: "program", status: { mode: 0o755, uid: 0 } }], 7),
    ["fine", /./],
  ],
  ["the timer of all", timers(), ["fine", /start/], ["fine", /looks/]],
  ["the profile's own timer", timers(off, on), ["fine", /start/], ["fine", /looks/]],
  ["no timer", timers(off), ["problem", /no timer/], ["fine", /looks/]],
  ["no timer but a plug", timers(off, off, true), ["advice", /only plugging/], ["fine", /looks/]],
  [
    "a timer not started",
    timers({ isEnabled: true, isActive: false }),
    ["problem", /bakup\.timer is enabled but/],
    ["fine", /./],
  ],
  [
    "the profile's own timer not started",
    timers(off, { isEnabled: true, isActive: false }),
    ["problem", /bakup@box\.timer is enabled but/],
    ["fine", /./],
  ],
  [
    "a timer that ends with the next boot",
    timers({ isEnabled: false, isActive: true }),
    ["problem", /bakup\.timer is at work but not enabled/],
    ["fine", /./],
  ],
  [
    "a timer that is not started, with a plug",
    timers({ isEnabled: true, isActive: false }, off, true),
    ["advice", /only plugging/],
    ["fine", /./],
  ],
  ["links enough", judgeLinks({ store: "/s", copied: 0 }), ["fine", /\/s/]],
  ["no links left", judgeLinks({ store: "/s", copied: 1200 }), ["advice", /newest snapshot copied 1,200/]],
  ["nobody watches", timers(on, off, false, off), ["fine", /./], ["advice", /nothing says so/]],
  ["no snapshots", verified(0), ["advice", /no complete snapshot/]],
  ["never checked", verified(3), ["advice", /ever checked/]],
  ["checked lately", verified(3, NOW - 59 * DAY), ["fine", /./]],
  ["checked long ago", verified(3, NOW - 61 * DAY), ["advice", /last checked/]],
];

for (const [name, findings, ...expected] of cases) {
  test(`doctor: ${name}`, () => {
    const found = [findings].flat();
    assert.deepEqual(
      found.map(({ level }) => level),
      expected.map(([level]) => level),
    );
    for (const [index, [, text]] of expected.entries()) {
      assert.match(found[index]?.text ?? "", text);
    }
    for (const { level, hint } of found) {
      assert.equal(hint !== undefined, level !== "fine", "what is not fine says what to do");
    }
  });
}
