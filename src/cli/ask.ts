import { createInterface } from "node:readline/promises";
import { StoppedError, UsageError } from "../errors/errors.ts";
import { visible } from "../journal/visible.ts";

/** Questions to a person on the terminal. Each may throw StoppedError (Ctrl-C) or UsageError (the input has ended). */
export interface Questions {
  /** Asks until the answer will do. @param problemOf says why an answer will not; an empty one stands for `initial`. */
  text(question: string, options?: TextOptions): Promise<string>;
  /** Asks for one of several, by number. The first is chosen with an empty answer. */
  choose<T>(question: string, choices: readonly Choice<T>[]): Promise<T>;
  confirm(question: string, initial: boolean): Promise<boolean>;
  /** Says something between questions. */
  say(text: string): void;
}

export interface TextOptions {
  initial?: string;
  problemOf?: (answer: string) => string | undefined;
}

export interface Choice<T> {
  text: string;
  value: T;
}

/** Asks on a terminal, a line for each question: works over any line, for screen readers too. */
export function openQuestions(): Questions {
  const say = (text: string) => process.stderr.write(`${text.split("\n").map(visible).join("\n")}\n`);
  const questions: Questions = {
    text: async (question, { initial, problemOf } = {}) => {
      for (;;) {
        const answer = (await ask(initial === undefined ? question : `${question} [${initial}]`)) || (initial ?? "");
        const problem = problemOf?.(answer);
        if (problem === undefined) {
          return answer;
        }
        say(`  ${problem}`);
      }
    },
    choose: async (question, choices) => {
      say(question);
      say(choices.map(({ text }, index) => `${String(index + 1).padStart(3)}  ${text}`).join("\n"));
      const answer = await questions.text("Number", {
        initial: "1",
        problemOf: (text) => problemOfNumber(text, choices),
      });
      const chosen = choices[Number(answer) - 1];
      if (chosen === undefined) {
        throw new Error("no choice was offered");
      }
      return chosen.value;
    },
    confirm: async (question, initial) => {
      const problemOf = (text: string) => (/^(y|yes|n|no|)$/i.test(text) ? undefined : "answer with y or n");
      const answer = await questions.text(`${question} ${initial ? "[Y/n]" : "[y/N]"}`, { problemOf });
      return answer === "" ? initial : /^y/i.test(answer);
    },
    say,
  };
  return questions;
}

/** One question. Between questions the terminal is its own again: Ctrl-C is a signal to whatever runs then. */
async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr, terminal: true });
  const stop = new AbortController();
  terminal.on("SIGINT", () => stop.abort(new StoppedError("SIGINT")));
  terminal.on("close", () => stop.abort(new UsageError("the input ended before all was answered")));
  try {
    return (await terminal.question(`${visible(question)} `, { signal: stop.signal })).trim();
  } catch (error) {
    process.stderr.write("\n");
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    terminal.close();
  }
}

function problemOfNumber(text: string, choices: readonly unknown[]): string | undefined {
  const isNumber = /^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= choices.length;
  return isNumber ? undefined : `answer with a number from 1 to ${choices.length}`;
}
