import assert from "node:assert/strict";
import { createServer } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openSystemBus } from "../../src/dbus/bus.ts";
import { BusGoneError, BusReplyError, BusTimeoutError } from "../../src/dbus/errors.ts";
import { temporaryFolder } from "../store/make-store.ts";
import { type PrivateBus, startBus, useAsSystemBus } from "./private-bus.ts";
import { type Answer, type Call, sendUnreadable, serve, variant } from "./service.ts";

const NAME = "org.example.Service";
const CALL = { destination: NAME, path: "/org/example", interface: NAME, member: "Ask" } as const;

/** A system bus with a service that answers as told, and a connection to it. */
async function prepare(t: TestContext, answer: (bus: PrivateBus, call: Call) => Answer) {
  const bus = await startBus(t);
  useAsSystemBus(t, bus.address);
  t.after(await serve(bus.address, NAME, (call) => answer(bus, call)));
  const connection = await openSystemBus();
  t.after(() => connection.close());
  return { bus, connection };
}

test("a call gives the values of its answer", async (t) => {
  const { connection } = await prepare(t, () => ({ signature: "sv", body: ["yes", variant("u", 7)] }));
  const [text, value] = await connection.call(CALL);
  assert.equal(text, "yes");
  assert.equal((value as { value: unknown }).value, 7);
});

test("an answer that is an error has its name and text", async (t) => {
  const { connection } = await prepare(t, () => ({ error: "org.example.Error.Busy", text: "it is busy" }));
  await assert.rejects(connection.call(CALL), (error) => {
    assert.ok(error instanceof BusReplyError);
    assert.equal(error.errorName, "org.example.Error.Busy");
    assert.equal(error.message, "org.example.Service.Ask on /org/example: it is busy");
    return true;
  });
});

test("a service that is not there is an error", async (t) => {
  const { connection } = await prepare(t, () => ({}));
  await assert.rejects(connection.call({ ...CALL, destination: "org.example.Nobody" }), BusReplyError);
});

test("a call that is never answered ends with its time", async (t) => {
  const { connection } = await prepare(t, () => "silence");
  await assert.rejects(connection.call({ ...CALL, timeoutSeconds: 0.2 }), (error) => {
    assert.ok(error instanceof BusTimeoutError);
    assert.match(error.message, /no answer within 0\.2 seconds/);
    return true;
  });
});

test("a bus that dies in the middle of a call ends it, and every later one", async (t) => {
  const { connection } = await prepare(t, (bus) => {
    bus.kill();
    return "silence";
  });
  await assert.rejects(connection.call(CALL), BusGoneError);
  await assert.rejects(connection.call(CALL), BusGoneError);
});

test("a message that cannot be read, as any user may send one, neither ends the program nor disturbs its calls", async (t) => {
  let sent = Promise.resolve();
  const { connection } = await prepare(t, (bus, { sender }) => {
    sent = sendUnreadable(bus.address, sender);
    return { signature: "s", body: ["first"] };
  });
  assert.deepEqual(await connection.call(CALL), ["first"]);
  await sent;
  assert.deepEqual(await connection.call(CALL), ["first"]);
});

test("several calls at once each get their own answer", async (t) => {
  const numbers = Array.from({ length: 20 }, (_, index) => index + 1);
  const left = [...numbers];
  const { connection } = await prepare(t, () => ({ signature: "u", body: [left.shift()] }));
  const answers = await Promise.all(numbers.map(() => connection.call(CALL)));
  assert.deepEqual(answers.flat(), numbers);
});

test("without a bus there is an error at once", async (t) => {
  useAsSystemBus(t, "unix:path=/no/such/socket");
  await assert.rejects(openSystemBus(), (error) => {
    assert.ok(error instanceof BusGoneError);
    assert.match(error.message, /cannot connect to the system bus: .*ENOENT/);
    return true;
  });
});

for (const [what, address] of [
  ["nonsense", "nonsense"],
  ["an address that this connection cannot use", "unix:abstract=/x"],
] as const) {
  test(`${what} as the address is an error`, async (t) => {
    useAsSystemBus(t, address);
    await assert.rejects(openSystemBus(), BusGoneError);
  });
}

test("something that accepts and never speaks is given up", async (t) => {
  const path = join(temporaryFolder(t), "mute");
  const server = createServer().listen(path);
  await new Promise((resolve) => server.once("listening", resolve));
  t.after(() => server.close());
  server.on("connection", (socket) => t.after(() => socket.destroy()));
  useAsSystemBus(t, `unix:path=${path}`);
  await assert.rejects(openSystemBus({ timeoutSeconds: 0.2 }), BusTimeoutError);
});

test("something that hangs up is an error", async (t) => {
  const path = join(temporaryFolder(t), "short");
  const server = createServer((socket) => socket.end()).listen(path);
  await new Promise((resolve) => server.once("listening", resolve));
  t.after(() => server.close());
  useAsSystemBus(t, `unix:path=${path}`);
  await assert.rejects(openSystemBus(), BusGoneError);
});
