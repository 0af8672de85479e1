import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { lutimesSync, mkdirSync, readFileSync, symlinkSync, utimesSync } from "node:fs";
import { test } from "node:test";
import { makePlace, type Place } from "./place.ts";

const NOW = "2026-11-25T12:00:00";

/** A file that was written so many days before NOW, and read just now. */
function aged(place: Place, path: string, days: number): void {
  const written = new Date(new Date(NOW).getTime() - days * 86_400_000);
  utimesSync(place.write(path), new Date(), written);
}

test("what was written long enough ago goes, whenever it was read; links by their own age; empty folders at once", async (t) => {
  const place = makePlace(t);
  aged(place, "p/new", 6.9);
  aged(place, "p/old", 7.1);
  aged(place, "p/a/b/c/old", 30);
  aged(place, "p/future", -3);
  aged(place, "outside/kept", 99);
  mkdirSync(place.at("p/empty"));
  execFileSync("mkfifo", [place.at("p/pipe")]);
  const old = new Date("2020-01-01");
  for (const [name, target, time] of [
    ["link-old", "../outside", old],
    ["link-dangling", "nowhere", old],
    ["link-new", "new", new Date(NOW)],
  ] as const) {
    symlinkSync(target, place.at(`p/${name}`));
    lutimesSync(place.at(`p/${name}`), time, time);
  }
  place.configure("[purge-a]\nabs_path = @/p\nretain_days = 7\n");
  const { code, screen } = await place.run(["purge"], { now: NOW });
  assert.deepEqual([code, screen], [0, []]);
  assert.deepEqual(place.tree("p"), ["future", "link-new", "new", "pipe"]);
  assert.ok(readFileSync(place.at("outside/kept")));
});

test("retain_days = 0 takes everything but the folder itself", async (t) => {
  const place = makePlace(t);
  aged(place, "p/a/now", 0);
  aged(place, "p/future", -1);
  place.configure("[purge-a]\nabs_path = @/p\nretain_days = 0\n");
  assert.equal((await place.run(["purge"], { now: NOW })).code, 0);
  assert.deepEqual(place.tree("p"), []);
});

test("a folder that is missing is reported, and the others are purged", async (t) => {
  const place = makePlace(t);
  aged(place, "p/old", 9);
  place.configure("[purge-a]\nabs_path = @/missing\nretain_days = 0\n[purge-b]\nabs_path = @/p\nretain_days = 1\n");
  const { code, screen } = await place.run(["purge"], { now: NOW });
  assert.equal(code, 6);
  assert.match(screen[0] ?? "", /^cannot purge .*\/missing: ENOENT/);
  assert.deepEqual(place.tree("p"), []);
});

const STORE = "[store]\nsource_dir = @/stage\ntarget_device = stdio:@/disc.iso\n";
const S3 = "[s3]\ns3_bucket = bucket\n";
const STAGE = "[stage]\nstaging_dir = @/stage\n[peer-a]\ntype = local\ncollect_dir = @/a\n";
const PURGE = "[purge-a]\nabs_path = @/stage\nretain_days = 3\n";

const UNSTORED: [what: string, text: string, kept: string[]][] = [
  ["with discs, days that are not on one stay", `${STAGE}${STORE}`, ["01", "03"]],
  ["with discs and S3, a day has to be in both", `${STAGE}${STORE}${S3}`, ["01", "02", "03"]],
  ["with S3, what is on a disc does not count", `${STAGE}${S3}`, ["01", "02"]],
  ["where nothing is stored, only the age counts", STAGE, []],
  ["unless the configuration says otherwise", `${STAGE}${STORE}[purge]\nunstored = remove\n`, []],
];

for (const [what, text, kept] of UNSTORED) {
  test(`staged days that were never stored: ${what}`, async (t) => {
    const place = makePlace(t);
    // 1: not stored; 2: on a disc; 3: in S3; 4: in both; 5: never staged to the end.
    const marks: Record<string, string[]> = {
      "01": ["stage"],
      "02": ["stage", "store"],
      "03": ["stage", "amazons3"],
      "04": ["stage", "store", "amazons3"],
      "05": [],
    };
    for (const [day, names] of Object.entries(marks)) {
      for (const file of ["peer/x.tar", ...names.map((name) => `cback.${name}`)]) {
        aged(place, `stage/2026/11/${day}/${file}`, 20);
      }
    }
    place.configure(`${text}${PURGE}`);
    const { code, log } = await place.run(["purge"], { now: NOW });
    assert.equal(code, 0);
    const left = place
      .tree("stage")
      .filter((path) => path.endsWith("x.tar"))
      .map((path) => path.slice(8, 10));
    assert.deepEqual(left, kept);
    assert.equal([...log.matchAll(/it was staged, but not stored yet/g)].length, kept.length);
  });
}
