import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { callMain } from "./call-main.ts";
import { makePlace } from "./place.ts";

type Vector = Record<string, unknown>;
const read = (name: string) => JSON.parse(readFileSync(`test/vectors/${name}.json`, "utf8")).vectors;

test("locate reads every location as it should, and refuses the others with exit code 64", async () => {
  const vectors: (Vector & { input: string; error?: string })[] = read("destinations");
  for (const { input, error, ...expected } of vectors) {
    const { code, stdout } = await callMain("locate", "--json", "--", input);
    const answer = JSON.parse(stdout);
    if (error === undefined) {
      assert.deepEqual({ code, answer }, { code: 0, answer: expected }, input);
    } else {
      assert.deepEqual([code, Object.keys(answer)], [64, ["error", "message"]], input);
      assert.equal(answer.error, "InvalidDestination");
    }
  }
});

test("locate names the parts for people", async () => {
  const { stdout } = await callMain("locate", "me@host:/backup");
  assert.equal(stdout, "kind       ssh\nhostname   host\nusername   me\ndirectory  /backup\n");
});

interface RotationVector {
  id: string;
  scheme: Record<string, number | string>;
  strict: boolean;
  preferRecent: boolean;
  include: string[];
  exclude: string[];
  now: string;
  names: string[];
  kept: Record<string, string[]>;
  removed: string[];
}

test("rotate --simulate keeps and removes what every vector says, in the order of the input", async (context) => {
  const { folder } = makePlace(context);
  const vectors: RotationVector[] = read("rotation");
  // A file with a name on each line cannot hold a name with a line end.
  const expressible = vectors.filter(({ names }) => !names.some((name) => name.includes("\n")));
  assert.ok(expressible.length >= vectors.length - 1);
  for (const vector of expressible) {
    const file = join(folder, "names");
    writeFileSync(file, `${vector.names.join("\n")}\n`);
    const { code, stdout, stderr } = await callMain("rotate", "--simulate", file, "--json", ...optionsOf(vector));
    assert.equal(code, 0, stderr);
    const { snapshots, ...others } = JSON.parse(stdout);
    assert.deepEqual(others, {});
    assert.deepEqual(
      snapshots.map(({ name }: { name: string }) => name),
      vector.names,
      vector.id,
    );
    const kept = snapshots.filter(({ action }: { action: string }) => action === "keep");
    assert.deepEqual(
      Object.fromEntries(kept.map(({ name, reasons }: { name: string; reasons: string[] }) => [name, reasons])),
      vector.kept,
      vector.id,
    );
  }
});

function optionsOf({ scheme, strict, preferRecent, include, exclude, now }: RotationVector): string[] {
  return [
    ...Object.entries(scheme).flatMap(([frequency, count]) => ["--keep", `${frequency}=${count}`]),
    ...(strict ? [] : ["--relaxed"]),
    ...(preferRecent ? ["--prefer-recent"] : []),
    ...include.flatMap((pattern) => ["--include", pattern]),
    ...exclude.flatMap((pattern) => ["--exclude", pattern]),
    "--now",
    now,
  ];
}

test("rotate --simulate - reads the names from standard input, as a real process", () => {
  const args = ["--import", "tsx", "src/bin/bakup.ts", "rotate", "--simulate", "-", "--keep", "daily=1"];
  const names = "2026-11-20 10:00:00\nlost+found\n2026-11-22 10:00:00\n";
  const { stdout, status } = spawnSync(process.execPath, args, { input: names, encoding: "utf8" });
  assert.equal(status, 0);
  assert.match(
    stdout,
    /^remove {2}2026-11-20 10:00:00\nignore {2}lost\+found\nkeep {4}2026-11-22 10:00:00 {2}daily, newest\n$/,
  );
});

test("rotate refuses to mix a simulation with a real store", async (context) => {
  const { bakup } = makePlace(context);
  assert.equal((await bakup("rotate", "box", "--simulate", "-")).code, 64);
  assert.equal((await bakup("rotate", "box", "--keep", "daily=1")).code, 64);
});

interface TimerVector {
  id: string;
  tz: string;
  now: string;
  lastBackup: string | null;
  current: string;
  flagFile: string | null;
  args: string[];
  decision: "backup" | "skip" | "error";
}

/** About the state of BURP's files, which --last cannot tell. */
const NOT_EXPRESSIBLE = ["st-missing-ts-badiv"];

test("due --simulate answers every vector of the timer, with the exit code of the decision", async (context) => {
  makePlace(context);
  const codes = { backup: 0, skip: 75, error: 1 };
  for (const vector of read("timer") as TimerVector[]) {
    if (NOT_EXPRESSIBLE.includes(vector.id)) {
      continue;
    }
    process.env.TZ = vector.tz;
    const args = vector.args.flatMap((text) => ["--arg", text]);
    const flag = vector.flagFile === "file" ? ["--flag-file"] : [];
    const { code, stdout, stderr } = await callMain(
      ...["due", "--simulate", "--json", "--now", vector.now],
      ...lastOf(vector),
      ...flag,
      ...args,
    );
    assert.equal(stderr, "", vector.id);
    const answer = JSON.parse(stdout);
    assert.deepEqual([answer.decision, code], [vector.decision, codes[vector.decision]], vector.id);
    assert.deepEqual(Object.keys(answer), ["decision", "rule", "reason", "next"]);
  }
});

/** "0000001 2027-03-01 10:00:00 +1000", or the older form without an offset, which is local time. */
function lastOf({ current, lastBackup }: TimerVector): string[] {
  const [, date, time, offset = ""] = /^\d+ (\S+) (\S+)(?: ([+-]\d{4}))?$/.exec(lastBackup ?? "") ?? [];
  const iso = `${date}T${time}${offset.replace(/(\d\d)$/, ":$1")}`;
  return current !== "directory" || Number.isNaN(Date.parse(iso)) ? [] : ["--last", iso];
}

test("due --simulate --force is due by force", async () => {
  const { code, stdout } = await callMain("due", "--simulate", "--force", "--arg", "20h", "--json");
  assert.deepEqual([code, JSON.parse(stdout).rule], [0, "force"]);
});

test("a disk that is gone before its plugging in could be looked at is no failure", async (t) => {
  const { bakup } = makePlace(t);
  const { code, stderr } = await bakup("plugged", "/dev/bakup-is-gone");
  assert.equal(code, 0, stderr);
  assert.match(stderr, /is gone again/);
  assert.equal((await bakup("plugged", "/etc/passwd")).code, 64);
});
