import dbus from "dbus-next";

const NAME_IS_OURS = 1;

/** What a service answers to a call: values with their signature, an error, or nothing at all. */
export type Answer = { signature?: string; body?: unknown[] } | { error: string; text: string } | "silence";

/** One call, as it came in. */
export interface Call {
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
    const given = answer({ path: message.path ?? "", member: message.member ?? "", body: message.body ?? [] });
    if (given === "silence") {
      return true;
    }
    bus.send(
      "error" in given
        ? dbus.Message.newError(message as never, given.error, given.text)
        : dbus.Message.newMethodReturn(message, given.signature ?? "", given.body ?? []),
    );
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
