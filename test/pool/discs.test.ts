import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { makePlace, type Place } from "./place.ts";

interface DiscPlace extends Place {
  /** Stages a day with a file of random bytes, as it would be found in the morning. */
  stageDay(day: string, bytes?: number): void;
  toc(): { number: number; label: string }[];
  /** What differs between a staged day and the disc; of an older session when one is named. */
  differences(day: string, session?: number): string;
}

/** A week that begins on Monday, the 23rd of November 2026, onto an image. */
function withImage(t: TestContext, keys = "", rest = ""): DiscPlace {
  const place = makePlace(t);
  const device = `stdio:${place.at("disc.iso")}`;
  place.configure(
    `[stage]\nstaging_dir = @/stage\n[peer-a]\ntype = local\ncollect_dir = @/a\n[store]\ntarget_device = ${device}\n${keys}\n${rest}`,
  );
  const toc = () => {
    const { stdout } = spawnSync("xorriso", ["-indev", device, "-toc"], { encoding: "utf8" });
    return [...stdout.matchAll(/^ISO session {2}: +(\d+) , .* , (CEDAR.*|.*)$/gm)].map(([, number, label = ""]) => ({
      number: Number(number),
      label: label.trim(),
    }));
  };
  return {
    ...place,
    toc,
    stageDay: (day, bytes = 100_000) => {
      place.write(`stage/${day}/a/x.tar`, randomBytes(bytes));
      place.write(`stage/${day}/cback.stage`, "");
    },
    differences: (day, session) => {
      rmSync(place.at("out"), { recursive: true, force: true });
      mkdirSync(place.at("out"));
      const load = session === undefined ? [] : ["-load", "session", String(session)];
      const args = ["-osirrox", "on", ...load, "-indev", device, "-extract", `/${day}`, place.at("out/day")];
      execFileSync("xorriso", args, { stdio: "pipe" });
      return spawnSync("diff", ["-r", "-x", "cback.store", place.at(`stage/${day}`), place.at("out/day")], {
        encoding: "utf8",
      }).stdout;
    },
  };
}

const DATES = ["23", "24", "25", "26", "27", "28", "29"];

test("a week of nights: a new disc on the starting day, a session each day, every day comes back as it was; rebuilt on another disc", async (t) => {
  const place = withImage(t);
  for (const date of ["22", ...DATES]) {
    place.stageDay(`2026/11/${date}`);
    const { code, screen } = await place.run(["store"], { now: `2026-11-${date}T03:00:00` });
    assert.deepEqual([code, screen], [0, []], date);
  }
  // The disc of the week before, begun on the 22nd, was blanked on Monday.
  assert.deepEqual(
    place.toc(),
    DATES.map((date, index) => ({ number: index + 1, label: `CEDAR BACKUP ${date}-NOV-2026` })),
  );
  for (const [index, date] of DATES.entries()) {
    assert.equal(place.differences(`2026/11/${date}`), "");
    assert.equal(place.differences(`2026/11/${date}`, index + 1), "");
  }
  assert.match(
    execFileSync("isoinfo", ["-d", "-i", place.at("disc.iso")], { encoding: "utf8" }),
    /Volume id: CEDAR BACKUP 29-NOV-2026/,
  );
  rmSync(place.at("disc.iso"));
  const { code, screen } = await place.run(["rebuild"], { now: "2026-11-29T09:00:00" });
  assert.deepEqual([code, screen], [0, []]);
  assert.equal(place.toc().length, 1);
  for (const date of DATES) {
    assert.equal(place.differences(`2026/11/${date}`), "");
  }
});

test("when the machine was off on the starting day, the next store begins the new disc", async (t) => {
  const place = withImage(t);
  for (const day of ["2026/11/25", "2026/11/26", "2026/12/02", "2026/12/03"]) {
    place.stageDay(day);
    assert.equal((await place.run(["store"], { now: `${day.replaceAll("/", "-")}T03:00:00` })).code, 0);
  }
  assert.deepEqual(
    place.toc().map(({ label }) => label),
    ["CEDAR BACKUP 02-DEC-2026", "CEDAR BACKUP 03-DEC-2026"],
  );
});

test("today's day is stored, else yesterday's, else tomorrow's; with --full today's again, on a new disc", async (t) => {
  const place = withImage(t, "warn_midnite = yes");
  place.stageDay("2026/11/24");
  place.stageDay("2026/11/26");
  const store = (full = false) => place.run(["store"], { now: "2026-11-25T00:10:00", full, verbose: true });
  assert.match((await store()).screen.join("\n"), /storing .*2026\/11\/24, which is not today's/);
  place.stageDay("2026/11/25");
  assert.doesNotMatch((await store()).screen.join("\n"), /not today's/);
  assert.match((await store()).screen.join("\n"), /storing .*2026\/11\/26, which is not today's/);
  const none = await store();
  assert.equal(none.code, 6);
  assert.match(none.screen.join("\n"), /there is no staged day to store/);
  assert.equal(place.toc().length, 3);
  assert.equal((await store(true)).code, 0);
  assert.equal(place.toc().length, 1);
});

test("with a blank factor a new disc is begun when too little room is left", async (t) => {
  const place = withImage(t, "blank_mode = daily\nblank_factor = 1.5\ncapacity = 3 MB");
  const sessions: number[] = [];
  for (const date of ["24", "25", "26"]) {
    place.stageDay(`2026/11/${date}`, 800_000);
    assert.equal((await place.run(["store"], { now: `2026-11-${date}T03:00:00` })).code, 0);
    sessions.push(place.toc().length);
  }
  assert.deepEqual(sessions, [1, 2, 1]);
});

test("a day that does not fit is refused before anything is written", async (t) => {
  const place = withImage(t, "capacity = 2 MB");
  place.stageDay("2026/11/24");
  assert.equal((await place.run(["store"], { now: "2026-11-24T03:00:00" })).code, 0);
  const before = readFileSync(place.at("disc.iso"));
  place.stageDay("2026/11/25", 2_000_000);
  const { code, screen } = await place.run(["store"], { now: "2026-11-25T03:00:00" });
  assert.equal(code, 6);
  assert.match(screen.join("\n"), /does not have enough room: 2\.\d+ MiB are needed, 1\.\d+ MiB are free/);
  assert.ok(before.equals(readFileSync(place.at("disc.iso"))));
  assert.ok(!place.tree("stage/2026/11/25").includes("cback.store"));
});

test("a damaged disc is found by the check, also where an older day is damaged", async (t) => {
  const place = withImage(t);
  place.stageDay("2026/11/24");
  assert.equal((await place.run(["store"], { now: "2026-11-24T03:00:00" })).code, 0);
  const content = readFileSync(place.at("stage/2026/11/24/a/x.tar"));
  const offset = readFileSync(place.at("disc.iso")).indexOf(content);
  const fd = openSync(place.at("disc.iso"), "r+");
  writeSync(fd, "damaged", offset + 5_000);
  closeSync(fd);
  place.stageDay("2026/11/25");
  const { code, screen } = await place.run(["store"], { now: "2026-11-25T03:00:00" });
  assert.equal(code, 6);
  assert.match(screen.join("\n"), /'\/2026\/11\/24\/a\/x\.tar' has another checksum/);
  assert.match(screen.join("\n"), /does not hold what was written to it/);
  assert.ok(!place.tree("stage/2026/11/25").includes("cback.store"));
});

test("a day that is stored again replaces what the disc has of it", async (t) => {
  const place = withImage(t);
  place.stageDay("2026/11/25");
  place.write("stage/2026/11/25/a/old.tar");
  assert.equal((await place.run(["store"])).code, 0);
  rmSync(place.at("stage/2026/11/25"), { recursive: true });
  place.stageDay("2026/11/25");
  assert.equal((await place.run(["store"])).code, 0);
  assert.equal(place.toc().length, 2);
  assert.equal(place.differences("2026/11/25"), "");
});

test("with check_media a disc of somebody else is refused", async (t) => {
  const place = withImage(t, "check_media = yes");
  const args = [
    "-outdev",
    `stdio:${place.at("disc.iso")}`,
    "-volid",
    "HOLIDAYS",
    "-map",
    place.at("pool.conf"),
    "/x",
    "-commit",
  ];
  execFileSync("xorriso", args, { stdio: "pipe" });
  place.stageDay("2026/11/25");
  const { code, screen } = await place.run(["store"]);
  assert.equal(code, 6);
  assert.match(screen.join("\n"), /its label is "HOLIDAYS"/);
});

test("a disc that can be written once must be empty when a new one is due", async (t) => {
  const place = withImage(t, "media_type = dvd+r");
  for (const date of ["22", "23"]) {
    place.stageDay(`2026/11/${date}`);
  }
  assert.equal((await place.run(["store"], { now: "2026-11-22T03:00:00" })).code, 0);
  const { code, screen } = await place.run(["store"], { now: "2026-11-23T03:00:00" });
  assert.equal(code, 6);
  assert.match(screen.join("\n"), /a new disc is due, but the dvd\+r in .* has been written/);
  rmSync(place.at("disc.iso"));
  assert.equal((await place.run(["store"], { now: "2026-11-23T03:00:00" })).code, 0);
});

test("a real drive is opened after writing, at the configured speed, unless no_eject", async (t) => {
  const device = "/dev/null";
  for (const [keys, ejects] of [
    ["", true],
    ["no_eject = yes", false],
  ] as const) {
    const place = withImage(t, `drive_speed = 4\nrefresh_media_delay = 0\n${keys}`);
    place.configure(
      readFileSync(place.at("pool.conf"), "utf8")
        .replace(/\[options\][\s\S]*?\n\n/, "")
        .replace(/stdio:\S+/, device),
      `override[] = xorriso ${place.at("drive")}`,
    );
    // Stands for the drive that this machine does not have: notes what it is asked, and does it with an image.
    place.write(
      "drive",
      `#!/bin/bash\necho "$*" >> ${place.at("asked")}\ncase "$*" in *-eject*) exit;; esac\nexec xorriso "\${@/#${device.replaceAll("/", "\\/")}/stdio:${place.at("disc.iso").replaceAll("/", "\\/")}}"\n`,
    );
    execFileSync("chmod", ["+x", place.at("drive")]);
    place.stageDay("2026/11/25");
    const { code, screen } = await place.run(["store"]);
    assert.deepEqual([code, screen], [0, []]);
    const asked = readFileSync(place.at("asked"), "utf8");
    assert.match(asked, /-outdev \/dev\/null -blank as_needed .*-speed 4x -commit/);
    assert.equal(asked.includes("-outdev /dev/null -eject all"), ejects);
    assert.ok(statSync(place.at("disc.iso")).size > 0);
  }
});
