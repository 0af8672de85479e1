import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { CommandStartError, describeEnd, runCommand, startCommand } from "../../src/process/command.ts";
import { nulSeparated, splitter } from "../../src/process/lines.ts";

test("output, errors and the exit code come back", async () => {
  const result = await runCommand("sh", ["-c", "echo out; echo err >&2; exit 3"]);
  assert.equal(result.stdout.toString(), "out\n");
  assert.equal(result.stderr.toString(), "err\n");
  assert.equal(result.exitCode, 3);
  assert.equal(describeEnd(result), "exit code 3");
});

test("a program reads what it is given, however much it is", async () => {
  const chunk = Buffer.alloc(65_536, "x");
  const result = await runCommand("wc", ["-c"], { input: Array.from({ length: 64 }, () => chunk) });
  assert.equal(Number(result.stdout.toString()), 64 * 65_536);
});

test("much input to a slow reader leaves no listeners behind", async () => {
  const warnings: string[] = [];
  const note = (warning: Error) => warnings.push(warning.message);
  process.on("warning", note);
  try {
    await runCommand("sh", ["-c", "sleep 0.3; cat >/dev/null"], {
      input: Array.from({ length: 64 }, () => Buffer.alloc(65_536)),
    });
    await sleep(0);
  } finally {
    process.off("warning", note);
  }
  assert.deepEqual(warnings, []);
});

test("output that is read slowly is not lost when the program has long ended", async () => {
  const running = await startCommand("head", ["-c", "200000", "/dev/zero"]);
  let bytes = 0;
  for await (const chunk of running.stdout as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    await sleep(500);
  }
  assert.equal(bytes, 200_000);
});

test("a program that stops reading does no harm", async () => {
  const result = await runCommand("true", [], { input: Array.from({ length: 64 }, () => Buffer.alloc(65_536)) });
  assert.equal(result.exitCode, 0);
});

test("arguments reach the program as they are, without a shell", async () => {
  const result = await runCommand("printf", ["%s|", "$(id)", "a b", "*", "-n"]);
  assert.equal(result.stdout.toString(), "$(id)|a b|*|-n|");
});

test("messages are in the C locale and variables can be removed", async () => {
  const result = await runCommand("sh", ["-c", 'echo "$LC_ALL:$HOME:"'], { env: { HOME: undefined } });
  assert.equal(result.stdout.toString(), "C::\n");
});

test("a missing program is an error that names it", async () => {
  await assert.rejects(runCommand("no-such-program-here", []), (error) => {
    assert.ok(error instanceof CommandStartError);
    assert.match(error.message, /no-such-program-here: ENOENT/);
    return true;
  });
});

test("a program that takes too long is stopped with what it has started", async () => {
  const result = await runCommand("sh", ["-c", "sleep 300 & echo $!; wait"], { timeoutSeconds: 0.3 });
  assert.equal(result.timedOut, true);
  assert.equal(describeEnd(result), "timed out");
  await sleep(100);
  const state = await runCommand("ps", ["-o", "stat=", "-p", result.stdout.toString().trim()]);
  // Gone, or a zombie that nobody has asked for yet.
  assert.match(state.stdout.toString(), /^(Z.*\n)?$/);
});

test("an abort stops the program and its group", async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 200);
  const result = await runCommand("sleep", ["300"], { signal: controller.signal });
  assert.equal(result.signal, "SIGTERM");
});

test("a grandchild that keeps the output open does not hold us up", async () => {
  const started = Date.now();
  const result = await runCommand("sh", ["-c", "echo done; sleep 30 & exit 0"]);
  assert.equal(result.stdout.toString(), "done\n");
  assert.ok(Date.now() - started < 10_000);
});

test("pieces are cut at each separator, also across chunks", () => {
  const pieces: string[] = [];
  const split = splitter("\n\r", (piece) => pieces.push(piece));
  for (const chunk of ["a\nb", "c\r", "\r\nd", "é"]) {
    split(Buffer.from(chunk, "latin1"));
  }
  split(null);
  assert.deepEqual(pieces, ["a", "bc", "dé"]);
});

test("names are joined with NULs, in pieces", () => {
  const names = Array.from({ length: 20_000 }, (_, index) => `name-${index}`);
  const pieces = [...nulSeparated(names)];
  assert.ok(pieces.length > 1);
  assert.deepEqual(Buffer.concat(pieces).toString("latin1"), names.map((name) => `${name}\0`).join(""));
});
