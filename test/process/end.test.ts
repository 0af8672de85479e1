import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startCommand } from "../../src/process/command.ts";

const ENDING = ["--import", "tsx", join(import.meta.dirname, "ending.ts")];

test("a process ends with its code when all that it said was read, and waits for nothing else", async () => {
  const running = await startCommand(process.execPath, ENDING);
  const said = running.stderr.toArray();
  let bytes = 0;
  for await (const chunk of running.stdout as AsyncIterable<Buffer>) {
    await sleep(bytes === 0 ? 500 : 0);
    bytes += chunk.length;
  }
  const { exitCode } = await running.ended;
  assert.deepEqual({ bytes, exitCode, said: `${await said}` }, { bytes: 1_000_000, exitCode: 3, said: "exit 3\n" });
});

test("a process ends with its code when nobody reads what it said", async () => {
  const running = await startCommand(process.execPath, ENDING);
  running.stdout.destroy();
  const { exitCode, signal } = await running.ended;
  assert.deepEqual({ exitCode, signal }, { exitCode: 3, signal: null });
});
