import assert from "node:assert/strict";
import { createServer } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import "../seed.ts";
import { openSystemBus } from "../../src/dbus/bus.ts";
import { BakupError } from "../../src/errors/errors.ts";
import { useAsSystemBus } from "../dbus/private-bus.ts";
import { countCases } from "../safety/cases.ts";
import { temporaryFolder } from "../store/make-store.ts";
import { quickenTime } from "./quick-time.ts";
import { RUNS } from "./runs.ts";

const CASES = Math.ceil(RUNS / 10);
const FACTOR = 200;

/** Pieces of messages in any order: headers with lengths that are right, wrong or huge, fields, and mere bytes. */
const nonsense = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
      fc
        .record({
          type: fc.nat(5),
          body: fc.constantFrom(0, 1, 8, 40, 2 ** 31, 2 ** 32 - 1),
          fields: fc.constantFrom(0, 5, 16, 2 ** 26, 2 ** 32 - 1),
        })
        .map(headerOf),
      fc.constantFrom(Buffer.alloc(16), Buffer.from("\x05\x01u\0\x01\0\0\0\x08\x01g\0\x01h\0\0", "latin1")),
    ),
    { maxLength: 8 },
  )
  .map((parts) => Buffer.concat(parts));

test("whatever a bus sends, calls on it end with an error of ours", async (t) => {
  const { address, say } = await mockBus(t);
  useAsSystemBus(t, address);
  quickenTime(t, FACTOR);
  await fc.assert(
    fc.asyncProperty(nonsense, async (bytes) => {
      say(bytes);
      await assert.rejects(askOnce, (error: unknown) => {
        assert.ok(error instanceof BakupError, String((error as Error).stack));
        return true;
      });
    }),
    { numRuns: CASES },
  );
  countCases(t, CASES);
});

async function askOnce(): Promise<void> {
  const bus = await openSystemBus();
  try {
    await bus.call({ destination: "a.b", path: "/", interface: "a.b", member: "Ask" });
  } finally {
    bus.close();
  }
}

/** Lets everybody in, as a bus does, and then sends what it was told to say. */
async function mockBus(t: TestContext): Promise<{ address: string; say(bytes: Buffer): void }> {
  let next: Buffer = Buffer.alloc(0);
  const path = join(temporaryFolder(t), "bus");
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      const said = data.toString("latin1");
      if (said.includes("AUTH")) {
        socket.write(`OK ${"0".repeat(32)}\r\n`);
      }
      if (said.includes("BEGIN")) {
        socket.write(next);
      }
    });
    t.after(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  t.after(() => server.close());
  return {
    address: `unix:path=${path}`,
    say: (bytes) => {
      next = bytes;
    },
  };
}

function headerOf({ type, body, fields }: { type: number; body: number; fields: number }): Buffer {
  const header = Buffer.from([0x6c, type, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32LE(body, 4);
  header.writeUInt32LE(fields, 12);
  return header;
}
