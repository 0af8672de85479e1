import { createRequire } from "node:module";
import type { Socket } from "node:net";
import dbus, { type Message } from "dbus-next";

const { marshallMessage } = createRequire(import.meta.url)("dbus-next/lib/marshall-compat.js") as {
  marshallMessage(message: Message): [Buffer, unknown];
};

const NAME_IS_OURS = 1;

/** What a service answers to a call: values with their signature, an error, or nothing at all. */
export type Answer = { signature?: string; body?: unknown[] } | { error: string; text: string } | "silence";

/** One call, as it came in. */
export interface Call {
  /** The caller's own name on the bus. */
  sender: string;
  path: string;
  member: string;
  body: readonly unknown[];
}

/** Speaks for a name on a bus: every method call is answered as `answer` says. @returns what ends it. */
export async function serve(address: string, name: string, answer: (call: Call) => Answer): Promise<() => void> {
  const bus = dbus.sessionBus({ busAddress: address });
  // Buses die here on purpose.
  bus.on("error", () => undefined);
  bus.addMethodHandler((message: dbus.Message) => {
    const given = answer({
      sender: message.sender ?? "",
      path: message.path ?? "",
      member: message.member ?? "",
      body: message.body ?? [],
    });
    if (given === "silence") {
      return true;
    }
    try {
      bus.send(
        "error" in given
          ? dbus.Message.newError(message as never, given.error, given.text)
          : dbus.Message.newMethodReturn(message, given.signature ?? "", given.body ?? []),
      );
    } catch (error) {
      if (!/stream is closed/.test(String(error))) {
        throw error;
      }
    }
    return true;
  });
  const reply = await bus.requestName(name, 0);
  if (Number(reply) !== NAME_IS_OURS) {
    throw new Error(`${name} belongs to somebody else on ${address}`);
  }
  return () => bus.disconnect();
}

/** A value whose type only it tells. */
export function variant(signature: string, value: unknown): unknown {
  return new dbus.Variant(signature, value);
}

/** Sends somebody a signal that no D-Bus library should choke on: it speaks of a descriptor that does not come with it. */
export async function sendUnreadable(address: string, destination: string): Promise<void> {
  const bus = dbus.sessionBus({ busAddress: address });
  bus.on("error", () => undefined);
  await new Promise<void>((resolve) => bus.once("connect", resolve));
  const signal = dbus.Message.newSignal("/a", "a.b", "Nasty", "u", [7]);
  signal.destination = destination;
  signal.serial = bus.newSerial();
  const [bytes] = marshallMessage(signal);
  // In the header, the signature of the body: a number becomes the number of a descriptor.
  const at = bytes.indexOf(Buffer.from("\x08\x01g\0\x01u\0", "latin1"));
  bytes.write("h", at + 5);
  const { _connection: connection } = bus as unknown as { _connection: { stream: Socket } };
  await new Promise<void>((resolve) => connection.stream.write(bytes, () => resolve()));
  bus.disconnect();
}
