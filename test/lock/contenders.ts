import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("contender.ts", import.meta.url));

export interface Contender {
  pid: number;
  /** Tells it a word, and waits for its answer. */
  tell(word: "take" | "drop"): Promise<string>;
  kill(): Promise<void>;
}

/** Starts a process that takes locks on demand, and waits until it is ready. */
export async function startContender(runtimeDirectory: string, store = ""): Promise<Contender> {
  const args = ["--import", "tsx", program, runtimeDirectory, store];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => String((await answers.next()).value);
  await next();
  return {
    pid: child.pid ?? 0,
    tell: (word) => {
      child.stdin.write(`${word}\n`);
      return next();
    },
    kill: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, "exit");
        child.kill("SIGKILL");
        await ended;
      }
    },
  };
}
