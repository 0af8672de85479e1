import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type CallOptions, callCallback } from "../../src/callback/call.ts";
import type { Reason } from "../../src/callback/reasons.ts";

const folder = mkdtempSync(join(tmpdir(), "bakup-callback-"));
after(() => rmSync(folder, { recursive: true, force: true }));
let scripts = 0;

function script(text: string, mode = 0o755): string {
  scripts += 1;
  const path = join(folder, `callback ${scripts}`);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

interface Call {
  reason?: Reason;
  extras?: string[];
  timeoutSeconds?: number;
  options?: Partial<CallOptions>;
}

async function call(path: string, { reason = 1, extras = [], timeoutSeconds = 20, options = {} }: Call = {}) {
  const lines: string[] = [];
  const started = Date.now();
  const callback = { path, timeoutSeconds, profileId: "1", profileName: "my laptop" };
  const outcome = await callCallback(callback, reason, extras, {
    onLine: (stream, line) => lines.push(`${stream}: ${line}`),
    ...options,
  });
  return { outcome, lines, milliseconds: Date.now() - started };
}

test("arguments arrive separately, unchanged, and an empty extra is left out", async () => {
  const path = script('#!/bin/sh\nfor argument in "$@"; do echo "<$argument>"; done\n');
  const { lines, outcome } = await call(path, { reason: 4, extras: ["5", "", "it's $HOME; `id` *\ttab"] });
  assert.deepEqual(outcome, { kind: "returned", code: 0 });
  assert.deepEqual(
    lines,
    ["<1>", "<my laptop>", "<4>", "<5>", "<it's $HOME; `id` *\ttab>"].map((line) => `stdout: ${line}`),
  );
});

test("the return value, output of both streams and UTF-8 come through", async () => {
  const { outcome, lines } = await call(script("#!/bin/sh\necho grün\necho oh >&2\nprintf 'no line end'\nexit 7\n"));
  assert.deepEqual(outcome, { kind: "returned", code: 7 });
  assert.deepEqual(lines.sort(), ["stderr: oh", "stdout: grün", "stdout: no line end"]);
});

const environments: [reason: Reason, extras: string[], expected: Record<string, string>][] = [
  [1, [], { BAKUP_REASON: "1" }],
  [3, ["id", "/store/id"], { BAKUP_REASON: "3", BAKUP_SNAPSHOT_ID: "id", BAKUP_SNAPSHOT_PATH: "/store/id" }],
  [4, ["2"], { BAKUP_REASON: "4", BAKUP_ERROR_CODE: "2" }],
  [4, ["4", "id"], { BAKUP_REASON: "4", BAKUP_ERROR_CODE: "4", BAKUP_SNAPSHOT_ID: "id" }],
  [4, ["5", "no space"], { BAKUP_REASON: "4", BAKUP_ERROR_CODE: "5" }],
  [4, ["6", "id"], { BAKUP_REASON: "4", BAKUP_ERROR_CODE: "6", BAKUP_SNAPSHOT_ID: "id" }],
];

for (const [reason, extras, expected] of environments) {
  test(`the environment of reason ${[reason, ...extras].join(" ")} is inherited and has the facts by name`, async () => {
    process.env.BAKUP_SNAPSHOT_PATH = "left over from an outer run";
    process.env.CALLBACK_TEST = "inherited";
    const { lines } = await call(script("#!/bin/sh\nenv | grep -E '^(BAKUP|CALLBACK)_' | sort\n"), { reason, extras });
    delete process.env.BAKUP_SNAPSHOT_PATH;
    const all = { BAKUP_PROFILE: "my laptop", BAKUP_PROFILE_ID: "1", CALLBACK_TEST: "inherited", ...expected };
    assert.deepEqual(
      lines,
      Object.entries(all)
        .map(([name, value]) => `stdout: ${name}=${value}`)
        .sort(),
    );
  });
}

test("a minimal Back In Time script that logs its calls runs unchanged", async () => {
  const log = join(folder, "bit.log");
  const path = script(`#!/bin/bash
{
  printf '%(%F %T)T:'
  for word in "$@"; do
    echo -n " $word,"
  done
  echo
} >> ${log}
`);
  await call(path, { reason: 7 });
  await call(path, { reason: 3, extras: ["2026-11-22T02-00-13Z", "/store/2026-11-22T02-00-13Z"] });
  const logged = readFileSync(log, "utf8").replace(/^[-0-9]+ [:0-9]+:/gm, "-");
  assert.equal(logged, "- 1, my laptop, 7,\n- 1, my laptop, 3, 2026-11-22T02-00-13Z, /store/2026-11-22T02-00-13Z,\n");
});

test("a Python script in Back In Time's manner runs unchanged", async () => {
  const path = script(`#!/usr/bin/env python3
import sys
profile_id, profile_name, reason, *extra = sys.argv[1:]
if reason == "4":
    print("error", int(extra[0]), extra[1] if len(extra) > 1 else "", file=sys.stderr)
sys.exit(int(profile_id))
`);
  const { outcome, lines } = await call(path, { reason: 4, extras: ["6", "id"] });
  assert.deepEqual(outcome, { kind: "returned", code: 1 });
  assert.deepEqual(lines, ["stderr: error 6 id"]);
});

test("lines arrive while the script runs", async () => {
  const seen: number[] = [];
  const started = Date.now();
  const { milliseconds } = await call(script("#!/bin/sh\necho first\nsleep 0.8\necho second\n"), {
    options: { onLine: () => seen.push(Date.now() - started) },
  });
  assert.equal(seen.length, 2);
  assert.ok((seen[0] ?? Infinity) < milliseconds - 500, `first line after ${seen[0]} ms of ${milliseconds}`);
});

test("standard input is empty", async () => {
  const { lines } = await call(script("#!/bin/sh\ncat\nreadlink /proc/self/fd/0\n"));
  assert.deepEqual(lines, ["stdout: /dev/null"]);
});

test("a background process that keeps stdout open does not hold the call up, and lives on", async () => {
  const alive = join(folder, "alive");
  const path = script(`#!/bin/sh\n(sleep 1; touch '${alive}') &\necho done\n`);
  const { outcome, lines, milliseconds } = await call(path);
  assert.deepEqual(outcome, { kind: "returned", code: 0 });
  assert.deepEqual(lines, ["stdout: done"]);
  assert.ok(milliseconds < 900, `${milliseconds} ms`);
  for (let wait = 0; wait < 40 && !existsSync(alive); wait += 1) {
    await sleep(100);
  }
  assert.ok(existsSync(alive));
});

test("a background process that never stops writing does not hold the call up for ever", async () => {
  const pidFile = join(folder, "noisy.pid");
  const { outcome, milliseconds } = await call(
    script(`#!/bin/sh\n(while echo noise; do sleep 0.02; done) &\necho $! >'${pidFile}'\nexit 3\n`),
  );
  assert.deepEqual(outcome, { kind: "returned", code: 3 });
  assert.ok(milliseconds < 4000, `${milliseconds} ms`);
});

test("all output of a script that writes much and ends at once arrives", async () => {
  const { lines } = await call(script("#!/bin/sh\nseq 1 50000\n"));
  assert.equal(lines.length, 50_000);
  assert.equal(lines.at(-1), "stdout: 50000");
});

test("a time-out ends the whole process group", async () => {
  const pidFile = join(folder, "child.pid");
  const path = script(`#!/bin/sh\nsleep 60 &\necho $! >'${pidFile}'\nwait\n`);
  const { outcome, milliseconds } = await call(path, { timeoutSeconds: 0.5 });
  assert.deepEqual(outcome, { kind: "timed-out" });
  assert.ok(milliseconds < 4000, `${milliseconds} ms`);
  assert.ok(!isRunning(readPid(pidFile)));
});

test("who ignores SIGTERM is killed 5 seconds later, also when the script itself has ended", async () => {
  const pidFile = join(folder, "stubborn.pid");
  const path = script(
    `#!/bin/bash\n(trap '' TERM; while :; do sleep 0.2; done) >/dev/null 2>&1 &\necho $! >'${pidFile}'\nwait\n`,
  );
  const { outcome, milliseconds } = await call(path, { timeoutSeconds: 0.3 });
  assert.deepEqual(outcome, { kind: "timed-out" });
  assert.ok(milliseconds > 4500 && milliseconds < 8000, `${milliseconds} ms`);
  await sleep(50);
  assert.ok(!isRunning(readPid(pidFile)));
});

test("an abort ends the script, and a call after an abort does not start it", async () => {
  const mark = join(folder, "started");
  const path = script(`#!/bin/sh\ntouch '${mark}'\nsleep 60\n`);
  const controller = new AbortController();
  const running = call(path, { options: { signal: controller.signal } });
  while (!existsSync(mark)) {
    await sleep(20);
  }
  controller.abort();
  assert.deepEqual((await running).outcome, { kind: "killed", signal: "SIGTERM" });
  rmSync(mark);
  const again = await call(path, { options: { signal: controller.signal } });
  assert.deepEqual(again.outcome, { kind: "killed", signal: "SIGTERM" });
  assert.ok(!existsSync(mark));
});

test("a script that a signal ends is reported as killed", async () => {
  const { outcome } = await call(script("#!/bin/sh\nkill -KILL $$\n"));
  assert.deepEqual(outcome, { kind: "killed", signal: "SIGKILL" });
});

const unusable: [name: string, path: () => string, message: RegExp, hint: RegExp][] = [
  ["that is missing", () => join(folder, "nowhere"), /nowhere does not exist/, /create the script/],
  ["that is a folder", () => folder, /is not a file/, /path of the script/],
  ["without its run bit", () => script("#!/bin/sh\n", 0o644), /may not be run/, /chmod \+x/],
  ["whose interpreter is missing", () => script("#!/opt/no/python\n"), /broken #! line.*\/opt\/no\/python/, /install/],
  ["with an empty #! line", () => script("#!\necho\n"), /broken #! line/, /full path/],
  ["with Windows line ends", () => script("#!/bin/sh\r\necho\r\n"), /broken #! line/, /line ends/],
  ["without a #! line", () => script("echo hello\n"), /has no #! line/, /first line/],
  ["that is empty", () => script(""), /has no #! line/, /first line/],
];

for (const [name, path, message, hint] of unusable) {
  test(`a script ${name} is not startable, and says what to do`, async () => {
    const { outcome } = await call(path());
    assert.equal(outcome.kind, "not-startable");
    assert.match(outcome.kind === "not-startable" ? outcome.message : "", message);
    assert.match(outcome.kind === "not-startable" ? outcome.hint : "", hint);
  });
}

test("a compiled program can be a callback", async () => {
  assert.deepEqual((await call("/bin/false")).outcome, { kind: "returned", code: 1 });
});

test("an error text with a NUL or of a megabyte does not keep the script from starting", async () => {
  const { lines } = await call(script("#!/bin/sh\nprintf '%s' \"$5\" | cut -c 1-5\n"), {
    reason: 4,
    extras: ["5", `a\0b${"x".repeat(1_000_000)}`],
  });
  assert.deepEqual(lines, ["stdout: abxxx"]);
});

function readPid(file: string): number {
  return Number(readFileSync(file, "utf8"));
}

/** Whether a process runs; one that has ended but was not collected by its parent does not. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
