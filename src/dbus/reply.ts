import { BakupError } from "../errors/errors.ts";

/** A service has answered with something else than what its interface says. */
export class MalformedReplyError extends BakupError {
  constructor(what: string, wanted: string) {
    super(`${what}: the answer is not ${wanted}`);
  }
}

/** The value within an answer whose type only the value tells. @throws MalformedReplyError */
export function variantValue(reply: unknown, what: string): unknown {
  if (!isObject(reply) || !("value" in reply)) {
    throw new MalformedReplyError(what, "a value");
  }
  return reply.value;
}

/** @throws MalformedReplyError */
export function stringsIn(reply: unknown, what: string): string[] {
  if (!Array.isArray(reply) || !reply.every((each) => typeof each === "string")) {
    throw new MalformedReplyError(what, "a list of names");
  }
  return reply;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
