import fc from "fast-check";
import { type Answer, variant } from "../dbus/service.ts";

/** A value with the type that D-Bus gives it. */
interface Typed {
  signature: string;
  value: unknown;
}

const text = fc.oneof(
  fc.constantFrom("", "/", "/dev/sda", "../../etc", "a\nb", "\u001b[2J", "__proto__", "x".repeat(200_000)),
  fc.string({ unit: "binary", maxLength: 20 }).map((value) => value.replaceAll("\0", "")),
);
const path = fc.constantFrom("/", "/org/freedesktop/UDisks2/block_devices/x", "/a/b/c", `/${"long/".repeat(2000)}end`);
const bytes = fc.uint8Array({ maxLength: 40 }).map((value) => Buffer.from(value));

const simple: fc.Arbitrary<Typed> = fc.oneof(
  text.map((value) => ({ signature: "s", value })),
  path.map((value) => ({ signature: "o", value })),
  fc.boolean().map((value) => ({ signature: "b", value })),
  fc.nat(255).map((value) => ({ signature: "y", value })),
  fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 1).map((value) => ({ signature: "u", value })),
  fc.constantFrom(0n, 2n ** 63n, 2n ** 64n - 1n).map((value) => ({ signature: "t", value })),
  fc.constantFrom(-1n, -(2n ** 63n)).map((value) => ({ signature: "x", value })),
  fc.constantFrom(0, Number.NaN, Number.POSITIVE_INFINITY, 1e308).map((value) => ({ signature: "d", value })),
  bytes.map((value) => ({ signature: "ay", value })),
  fc.array(text, { maxLength: 3 }).map((value) => ({ signature: "as", value })),
  fc.array(path, { maxLength: 3 }).map((value) => ({ signature: "ao", value })),
  fc.array(bytes, { maxLength: 3 }).map((value) => ({ signature: "aay", value })),
);

/** Any value at all: also lists, structures and values within values. */
export const anyValue: fc.Arbitrary<Typed> = fc.letrec<{ value: Typed }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    simple,
    tie("value").map(({ signature, value }) => ({ signature: "v", value: variant(signature, value) })),
    fc.array(tie("value"), { minLength: 1, maxLength: 3 }).map((parts) => ({
      signature: `(${parts.map(({ signature }) => signature).join("")})`,
      value: parts.map(({ value }) => value),
    })),
    fc.dictionary(text, tie("value"), { maxKeys: 3 }).map((properties) => ({
      signature: "a{sv}",
      value: Object.fromEntries(
        Object.entries(properties).map(([name, { signature, value }]) => [name, variant(signature, value)]),
      ),
    })),
  ),
})).value;

const errorName = fc.constantFrom(
  "org.freedesktop.DBus.Error.UnknownObject",
  "org.freedesktop.DBus.Error.UnknownMethod",
  "org.freedesktop.DBus.Error.InvalidArgs",
  "org.freedesktop.DBus.Error.NoReply",
  "org.freedesktop.UDisks2.Error.Failed",
  "org.freedesktop.UDisks2.Error.DeviceBusy",
  "org.freedesktop.UDisks2.Error.AlreadyMounted",
  "org.freedesktop.PolicyKit1.Error.Failed",
);

/** An answer that the interface does not have: other values, too few or too many, errors, or nothing at all. */
export const wrongAnswer: fc.Arbitrary<Answer> = fc.oneof(
  { weight: 6, arbitrary: fc.array(anyValue, { maxLength: 3 }).map(answerOf) },
  { weight: 2, arbitrary: fc.record({ error: errorName, text }) },
  { weight: 1, arbitrary: fc.constant("silence" as const) },
);

/** The answer with these values. */
export function answerOf(values: readonly Typed[]): Answer {
  return { signature: values.map(({ signature }) => signature).join(""), body: values.map(({ value }) => value) };
}
