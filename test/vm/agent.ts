import { connectLines } from "./lines.ts";

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** The program in the guest that does what tests say: one script of bash at a time, as root. */
export interface Agent {
  run(script: string, seconds?: number): Promise<Outcome>;
  /** Waits until the agent of a guest that starts is there. */
  ready(): Promise<void>;
}

const BOOT_SECONDS = 300;
const SCRIPT_SECONDS = 600;

export async function connectAgent(path: string): Promise<Agent> {
  const lines = await connectLines(path);
  let turn: Promise<unknown> = Promise.resolve();
  let count = 0;
  const ask = async (script: string, seconds: number): Promise<Outcome> => {
    count += 1;
    const id = String(count);
    lines.send(`${id} ${encode(script)}`);
    for (;;) {
      const [answered, code, stdout = "", stderr = ""] = (await lines.next(seconds)).split(" ");
      if (answered === id) {
        return { code: Number(code), stdout: decode(stdout), stderr: decode(stderr) };
      }
    }
  };
  return {
    run(script, seconds = SCRIPT_SECONDS) {
      const outcome = turn.then(() => ask(script, seconds));
      turn = outcome.catch(() => undefined);
      return outcome;
    },
    async ready() {
      while ((await lines.next(BOOT_SECONDS)) !== "ready") {
        // What was said before the guest was cut off.
      }
    },
  };
}

const encode = (text: string) => Buffer.from(text).toString("base64");
const decode = (text: string) => Buffer.from(text, "base64").toString();
