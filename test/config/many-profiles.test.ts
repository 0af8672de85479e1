import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { formatComplaint } from "../../src/config/complaint.ts";
import { loadConfiguration } from "../../src/config/load.ts";
import { BAKUP } from "../run/child.ts";
import { makeFolder } from "./folder.ts";

const COUNT = 10_000;

/** Profiles in files of their own, of which some get in each other's way. */
function profiles(changes: Readonly<Record<number, { id?: number; store?: string }>>): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: COUNT }, (_, index) => {
      const { id = index + 1, store = `/mnt/backup/p${index}` } = changes[index] ?? {};
      const text = `[profile]\nid = ${id}\n[source]\npath = /home\n[destination]\nlocation = ${store}/latest\n`;
      return [`profiles.d/p${String(index).padStart(5, "0")}.conf`, text];
    }),
  );
}

test("10,000 profiles are read, and the few that share something are found among them", (context) => {
  const sound = makeFolder(context, { "bakup.conf": "", ...profiles({}) });
  const loaded = loadConfiguration({ file: join(sound, "bakup.conf") });
  assert.equal(loaded.ok && loaded.profiles.length, COUNT);
  const broken = makeFolder(context, {
    "bakup.conf": "",
    ...profiles({ 4000: { id: 18 }, 7000: { store: "/mnt/backup/p41" }, 9000: { store: "/mnt/backup/p5/latest/in" } }),
  });
  const result = loadConfiguration({ file: join(broken, "bakup.conf") });
  assert.ok(!result.ok);
  const found = result.complaints.map((complaint) =>
    formatComplaint(complaint).replaceAll(`${broken}/profiles.d/`, ""),
  );
  assert.deepEqual(found, [
    "p04000.conf:2: id 18 is also the id of profile p00017 (p00017.conf:2)",
    "p07000.conf:6: location shares the store /mnt/backup/p41 with profile p00041 (p00041.conf:6)",
    "p09000.conf:6: location lies inside the mirror of profile p00005, which would delete it (p00005.conf:6)",
  ]);
});

test("bakup due answers for each of 10,000 profiles", (context) => {
  const schedule = "[schedule]\ntimer_arg[] = 20h\ntimer_arg[] = always\n";
  const folder = makeFolder(context, { "bakup.conf": schedule, ...profiles({}) });
  const [program = "", ...args] = [...BAKUP, "due", "--json", "--config", join(folder, "bakup.conf")];
  const began = performance.now();
  const env = { ...process.env, STATE_DIRECTORY: join(folder, "state") };
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 26, env });
  context.diagnostic(`${COUNT} profiles: ${Math.round(performance.now() - began)} ms`);
  assert.equal(status, 0, stderr);
  const answers: { profile: string; rule: string }[] = JSON.parse(stdout).profiles;
  assert.equal(new Set(answers.map(({ profile }) => profile)).size, COUNT);
  assert.ok(answers.every(({ rule }) => rule === "never-backed-up"));
});
