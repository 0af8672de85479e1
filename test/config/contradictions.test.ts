import assert from "node:assert/strict";
import { test } from "node:test";
import { checkFile } from "../../src/config/check.ts";
import { formatComplaint } from "../../src/config/complaint.ts";
import { findContradictions, type LocatedProfile, type Lookups } from "../../src/config/contradictions.ts";
import { buildProfile } from "../../src/config/profile.ts";
import { scan } from "../../src/config/scan.ts";
import { settle } from "../../src/config/settle.ts";

/** A machine whose /mnt/disk and /home are file systems of their own, and where /link leads to /srv. */
const LOOKUPS: Lookups = {
  deviceOf: (path) => (path.startsWith("/mnt/disk") ? 2 : path.startsWith("/home") ? 3 : 1),
  realPath: (path) => path.replace(/^\/link(?=\/|$)/, "/srv"),
};

function located(text: string, name = "a"): LocatedProfile {
  const settled = settle([checkFile(scan(`${name}.conf`, Buffer.from(text)))]);
  return { settled, profile: buildProfile(settled, { file: `${name}.conf`, name, callback: undefined }) };
}

function complaintsAbout(...texts: string[]): string[] {
  const profiles = texts.map((text, index) => located(text, "abc"[index]));
  return findContradictions(profiles, LOOKUPS).map(formatComplaint);
}

const NO_ROOTS = "excluded_root[] = /proc/\n";

const SINGLE: readonly [name: string, text: string, line: number | undefined][] = [
  ["a destination below an excluded root", "[destination]\nlocation = /mnt/b/latest\n", undefined],
  ["a destination in the source", `[destination]\nlocation = /opt/b/latest\n`, 2],
  [
    "one that an excluded root covers",
    "[source]\nexcluded_root[] = /opt/b/\n[destination]\nlocation = /opt/b/l\n",
    undefined,
  ],
  [
    "one whose mirror alone is excluded",
    "[source]\nexcluded_root[] = /opt/b/l/\n[destination]\nlocation = /opt/b/l\n",
    4,
  ],
  [
    "one that an anchored exclude covers",
    "[source]\nexclude[] = /opt/*/\n[destination]\nlocation = /opt/b/l\n",
    undefined,
  ],
  ["one that only a loose exclude names", "[source]\nexclude[] = b/\n[destination]\nlocation = /opt/b/l\n", 4],
  [
    "an anchored exclude counts from the source",
    "[source]\npath = /opt\nexclude[] = /b/\n[destination]\nlocation = /opt/b/l\n",
    undefined,
  ],
  [
    "an anchored exclude does not count from the root",
    "[source]\npath = /opt\nexclude[] = /opt/b/\n[destination]\nlocation = /opt/b/l\n",
    5,
  ],
  [
    "an excluded root above the source has no say",
    "[source]\npath = /mnt/data\n[destination]\nlocation = /mnt/data/b/l\n",
    4,
  ],
  ["another file system", `[source]\n${NO_ROOTS}[destination]\nlocation = /mnt/disk/b/l\n`, undefined],
  [
    "another file system that is not left out",
    `[source]\none_file_system = no\n${NO_ROOTS}[destination]\nlocation = /mnt/disk/b/l\n`,
    5,
  ],
  [
    "a disk that is not mounted yet",
    `[source]\n${NO_ROOTS}[disk]\nmount = /opt\n[destination]\nlocation = /opt/b/l\n`,
    undefined,
  ],
  [
    "the source on the disk of the destination",
    "[source]\npath = /mnt/disk\n[disk]\nmount = /mnt/disk\n[destination]\nlocation = /mnt/disk/b/l\n",
    6,
  ],
  ["a source in the store", "[source]\npath = /srv/b/x\n[destination]\nlocation = /srv/b/latest\n", 4],
  ["a source in the store, by a link", "[source]\npath = /link/b/x\n[destination]\nlocation = /srv/b/latest\n", 4],
  ["a source beside the store", "[source]\npath = /srv/bx\n[destination]\nlocation = /srv/b/latest\n", undefined],
  ["a destination below the mount", "[disk]\nmount = /mnt/d\n[destination]\nlocation = /mnt/d/latest\n", undefined],
  ["a destination beside the mount", "[disk]\nmount = /mnt/d\n[destination]\nlocation = /mnt/d2/latest\n", 4],
  ["a destination that is the mount", "[disk]\nmount = /mnt/d\n[destination]\nlocation = /mnt/d/\n", 4],
  ["an ssh destination beside the mount", "[disk]\nmount = /mnt/d\n[destination]\nlocation = h:/mnt/d2/l\n", 4],
  ["a daemon knows no mounts", "[disk]\nmount = /mnt/d\n[destination]\nlocation = h::m/d\n", undefined],
  ["an exclude of everything", "[source]\nexclude[] = a\nexclude[] = **\n[destination]\nlocation = h:/b/l\n", 3],
  ["an excluded root of everything", "[source]\nexcluded_root[] = /*\n[destination]\nlocation = h:/b/l\n", 2],
  ["a location that is broken is not judged", "[source]\npath = /srv\n[destination]\nlocation = srv\n", undefined],
  ["a location that is absent is not judged", "[source]\npath = /srv\n", undefined],
];

for (const [name, text, line] of SINGLE) {
  test(`${line === undefined ? "fine" : "a contradiction"}: ${name}`, () => {
    const places = complaintsAbout(text).map((complaint) => complaint.split(": ")[0]);
    assert.deepEqual(places, line === undefined ? [] : [`a.conf:${line}`]);
  });
}

const profile = (id: number, location: string, more = "") =>
  `[profile]\nid = ${id}\n[destination]\nlocation = ${location}\n${more}`;

const PAIRS: readonly [name: string, first: string, second: string, line: number | undefined][] = [
  ["different stores", profile(1, "/mnt/a/l"), profile(2, "/mnt/b/l"), undefined],
  ["one id", profile(1, "/mnt/a/l"), profile(1, "/mnt/b/l"), 2],
  ["one store", profile(1, "/mnt/a/l"), profile(2, "/mnt/a/./m/"), 4],
  [
    "one store by a link",
    profile(1, "/srv/a/l", "[source]\npath = /opt\n"),
    profile(2, "/link/a/l", "[source]\npath = /opt\n"),
    4,
  ],
  ["one ssh store", profile(1, "me@h:/b/l"), profile(2, "H:/b/m"), 4],
  ["two homes on one host", profile(1, "me@h:b/l"), profile(2, "you@h:b/l"), undefined],
  ["one module", profile(1, "h::m/d"), profile(2, "rsync://h/m/d/"), 4],
  ["two modules", profile(1, "h::m"), profile(2, "h::n"), undefined],
  ["a store in a mirror", profile(1, "/mnt/a/l"), profile(2, "/mnt/a/l/b/l"), 4],
  ["a mirror over a store", profile(1, "/mnt/a/l/b/l"), profile(2, "/mnt/a/l"), 4],
  ["a store in a store", profile(1, "/mnt/a/l"), profile(2, "/mnt/a/b/l"), undefined],
  [
    "two disks in turns",
    profile(1, "/mnt/a/l", "[disk]\ncrypto = x\n"),
    profile(2, "/mnt/a/l", "[disk]\ncrypto = y\n"),
    undefined,
  ],
  ["one disk", profile(1, "/mnt/a/l", "[disk]\ncrypto = x\n"), profile(2, "/mnt/a/l", "[disk]\ncrypto = x\n"), 4],
];

for (const [name, first, second, line] of PAIRS) {
  test(`two profiles with ${name} ${line === undefined ? "are fine" : "contradict each other"}`, () => {
    const complaints = complaintsAbout(first, second);
    assert.equal(complaints.length, line === undefined ? 0 : 1, complaints.join("\n"));
    if (line !== undefined) {
      assert.ok(
        complaints[0]?.startsWith(`b.conf:${line}: `) && complaints[0].endsWith(`(a.conf:${line})`),
        complaints[0],
      );
    }
  });
}

test("one name is a contradiction, at the names", () => {
  const named = (id: number) => `[profile]\nid = ${id}\nname = x\n[destination]\nlocation = h:/${id}/l\n`;
  assert.deepEqual(complaintsAbout(named(1), named(2)), [
    "b.conf:3: name x is also the name of another profile (a.conf:3)",
  ]);
});

test("each of three profiles is compared with each other", () => {
  const text = "[destination]\nlocation = h:/b/l\n";
  assert.equal(complaintsAbout(text, text, text).length, 6);
});

test("contradictions between profiles that are not selected do not matter", () => {
  const profiles = ["h:/x/l", "h:/b/l", "h:/b/m"].map((location, index) =>
    located(profile(index + 1, location), "abc"[index]),
  );
  assert.deepEqual(
    findContradictions(profiles, LOOKUPS, ({ name }) => name === "a"),
    [],
  );
  assert.equal(findContradictions(profiles, LOOKUPS, ({ name }) => name === "b").length, 1);
});
