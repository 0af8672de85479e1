import assert from "node:assert/strict";
import { readdirSync, readlinkSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { CommandStartError, runCommand, startCommand } from "../../src/process/command.ts";

const talkative = { isTalkative: true };

function openPipes(): number {
  return readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith("pipe:");
    } catch {
      return false;
    }
  }).length;
}

test("all that a talkative program says arrives, in order, and its end as well", async () => {
  const result = await runCommand("sh", ["-c", "seq 300000; echo complaint >&2; exit 3"], talkative);
  const numbers = Array.from({ length: 300_000 }, (_, index) => index + 1);
  assert.equal(result.stdout.toString(), `${numbers.join("\n")}\n`);
  assert.equal(result.stderr.toString(), "complaint\n");
  assert.equal(result.exitCode, 3);
});

test("many small pieces come as few", async () => {
  const pieces: string[] = [];
  await runCommand("sh", ["-c", "i=0; while [ $i -lt 5000 ]; do echo $i; i=$((i+1)); done"], {
    ...talkative,
    onStdout: (chunk) => pieces.push(chunk.toString()),
  });
  assert.equal(pieces.join("").split("\n").length, 5001);
  assert.ok(pieces.length < 1000, `${pieces.length} pieces`);
});

test("a pause in between loses nothing", async () => {
  const pieces: string[] = [];
  await runCommand("sh", ["-c", "echo one; sleep 0.5; echo two"], {
    ...talkative,
    onStdout: (chunk) => pieces.push(chunk.toString()),
  });
  assert.deepEqual(pieces, ["one\n", "two\n"]);
});

test("a reader that is slower than the program gets it all", async () => {
  const running = await startCommand("head", ["-c", "3000000", "/dev/zero"], talkative);
  let bytes = 0;
  for await (const chunk of running.stdout as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    await sleep(10);
  }
  assert.equal(bytes, 3_000_000);
  assert.equal((await running.ended).exitCode, 0);
});

test("a child that keeps the pipe open does not keep us", async () => {
  const result = await runCommand("sh", ["-c", "echo said; sleep 20 & exit 0"], talkative);
  assert.equal(result.stdout.toString(), "said\n");
});

test("an abort ends it, and no pipe stays open", async () => {
  const before = openPipes();
  for (let round = 0; round < 5; round += 1) {
    const result = await runCommand("sh", ["-c", "while :; do echo more; done"], {
      ...talkative,
      onStdout: () => undefined,
      timeoutSeconds: 0.2,
    });
    assert.equal(result.timedOut, true);
    await assert.rejects(runCommand("/nonexistent/program", [], talkative), CommandStartError);
  }
  await sleep(300);
  assert.equal(openPipes(), before);
});
