import { spawn } from "node:child_process";
import { after } from "node:test";

/** What a person's keys send. */
export const KEY = { enter: "\r", ctrlC: "\x03", ctrlD: "\x04", up: "\x1b[A", down: "\x1b[B", escape: "\x1b" } as const;

/** A program on a terminal of 24 lines and 80 columns, and somebody who looks at it. */
export interface Terminal {
  /** Waits for something that was not seen yet, and gives the first group of the expression. */
  sees(what: RegExp): Promise<string>;
  type(keys: string): void;
  /** All that came so far, without the codes for colours and the like. */
  screen(): string;
  /** All that came so far, as it came. */
  raw(): string;
  /** The exit code. */
  ended: Promise<number | null>;
}

const WAIT_SECONDS = 60;

/** Starts a program on a terminal of its own: script(1) makes one. */
export function openTerminal(command: readonly string[], env: NodeJS.ProcessEnv = {}): Terminal {
  const line = ["stty rows 24 cols 80;", "exec", ...command.map(quote)].join(" ");
  const child = spawn("script", ["--quiet", "--flush", "--return", "--command", line, "/dev/null"], {
    // What runs in CI is shown without colours, and the blanks at the ends of lines are shown otherwise.
    env: { ...process.env, CI: undefined, TERM: "xterm-256color", SHELL: "/bin/sh", ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  after(() => child.kill("SIGKILL"));
  let raw = "";
  let seen = 0;
  let wake = () => {};
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    raw += chunk;
    wake();
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once("close", (code) => {
      resolve(code);
      wake();
    });
  });
  const screen = () => plain(raw);
  return {
    screen,
    raw: () => raw,
    ended,
    type: (keys) => child.stdin.write(keys),
    sees: async (what) => {
      const deadline = Date.now() + WAIT_SECONDS * 1000;
      for (;;) {
        const found = what.exec(screen().slice(seen));
        if (found !== null) {
          seen += found.index + found[0].length;
          return found[1] ?? "";
        }
        if (child.exitCode !== null || Date.now() > deadline) {
          throw new Error(`${what} did not come; the terminal shows:\n${screen().slice(seen)}`);
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
          setTimeout(resolve, 1000).unref();
        });
      }
    },
  };
}

/** Without control sequences and carriage returns. */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken away
  return text.replace(/\x1b(?:\[[0-9;?]*[A-Za-z]|\][^\x07]*\x07|[=>])|\r/g, "");
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
