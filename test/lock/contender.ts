// A process that takes and releases locks as it is told, one word a line on its standard input; answers by one line.
import { createInterface } from "node:readline";
import { acquireGuard, type Guard } from "../../src/lock/guard.ts";
import { acquireStoreLock, type StoreLock } from "../../src/lock/store-lock.ts";

const [runtimeDirectory = "", store = ""] = process.argv.slice(2);
let guard: Guard | undefined;
let storeLock: StoreLock | undefined;

async function take(): Promise<string> {
  try {
    guard = await acquireGuard({ key: "the store", runtimeDirectory, describe: "backup of laptop" });
    storeLock = store === "" ? undefined : await acquireStoreLock(store);
    return "won";
  } catch (error) {
    guard?.release();
    guard = undefined;
    return `lost ${error instanceof Error ? `${error.name} ${error.message}` : error}`;
  }
}

async function drop(): Promise<string> {
  await storeLock?.release();
  guard?.release();
  storeLock = undefined;
  guard = undefined;
  return "dropped";
}

console.log("ready");
for await (const word of createInterface({ input: process.stdin })) {
  console.log(word === "take" ? await take() : await drop());
}
