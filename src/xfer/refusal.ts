import { BakupError } from "../errors/errors.ts";

/**
 * Why the daemon turns an upload away. The word is the fixed beginning of what the client is told, as in
 * "bakup: not due: …": programs recognise it, people read on.
 */
export const REFUSALS = {
  "not due": "the schedule says that it is not time",
  busy: "the module is in use; trying again later helps",
  refused: "this kind of upload is never allowed",
  broken: "something on the server must be put right first",
} as const;

export type RefusalWord = keyof typeof REFUSALS;

/** Ends a pre-xfer helper: the message is for the client, so it tells nothing of the server's paths. */
export class Refusal extends BakupError {
  readonly word: RefusalWord;
  /** For the server's log alone. */
  readonly detail: string | undefined;

  constructor(word: RefusalWord, message: string, detail?: string) {
    super(message);
    this.word = word;
    this.detail = detail;
  }
}

/** The line for the client. */
export function refusalLine({ word, message }: Pick<Refusal, "word" | "message">): string {
  return `bakup: ${word}: ${message}`;
}
