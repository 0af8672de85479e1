import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { connectDatagram } from "../../src/systemd/datagram.ts";
import { openStatusLine } from "../../src/systemd/report-status.ts";
import { PYTHON } from "../python.ts";

const folder = mkdtempSync(join(tmpdir(), "bakup-datagram-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What arrives at an address while something is sent there. */
async function received(address: string, count: number, send: () => void): Promise<string[]> {
  const script = fileURLToPath(new URL("receive.py", import.meta.url));
  const receiver = spawn(PYTHON, [script, address, String(count)], { stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  const reader = createInterface(receiver.stdout);
  await once(reader, "line");
  reader.on("line", (line) => lines.push(JSON.parse(line)));
  const closed = once(reader, "close");
  send();
  await closed;
  return lines;
}

for (const [kind, address] of [
  ["a path", join(folder, "socket")],
  ["an abstract name", `@bakup-test-${process.pid}`],
] as const) {
  test(`datagrams to ${kind} arrive one by one, in order`, async () => {
    const sent = ["one", "two\nlines", "ümläut"];
    const lines = await received(address, sent.length, () => {
      const socket = connectDatagram(address);
      for (const text of sent) {
        socket.send(Buffer.from(text));
      }
    });
    assert.deepEqual(lines, sent);
  });
}

const refused: [name: string, address: string, code: string][] = [
  ["nobody", join(folder, "nobody"), "ENOENT"],
  ["a file", fileURLToPath(import.meta.url), "ECONNREFUSED"],
  ["a path that is too long", `/${"x".repeat(200)}`, "ENAMETOOLONG"],
];

for (const [name, address, code] of refused) {
  test(`connecting to ${name} is the error ${code}`, () => {
    assert.throws(() => connectDatagram(address), { code });
  });
}

test("the status goes to the service manager, which is asked for as much time again as the units give", async () => {
  const address = join(folder, "notify");
  const lines = await received(address, 1, () => openStatusLine({ NOTIFY_SOCKET: address })("laptop: plan"));
  assert.deepEqual(lines, ["STATUS=laptop: plan\nEXTEND_TIMEOUT_USEC=14400000000\n"]);
});

test("without a service manager the status goes nowhere, and that is no error", () => {
  openStatusLine({})("laptop: plan");
  openStatusLine({ NOTIFY_SOCKET: join(folder, "nobody") })("laptop: plan");
});
