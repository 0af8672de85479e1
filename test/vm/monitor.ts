import { connectLines } from "./lines.ts";

/** qemu's monitor: its QMP commands, as in `monitor("device_del", { id: "backup" })`. @throws what qemu refuses. */
export type Monitor = (command: string, options?: object) => Promise<unknown>;

const ANSWER_SECONDS = 120;

interface Message {
  event?: string;
  error?: { desc: string };
  return?: unknown;
}

export async function connectMonitor(path: string): Promise<Monitor> {
  const lines = await connectLines(path);
  await lines.next(ANSWER_SECONDS);
  let turn: Promise<unknown> = Promise.resolve();
  const ask = async (command: string, options: object): Promise<unknown> => {
    lines.send(JSON.stringify({ execute: command, arguments: options }));
    for (;;) {
      const message: Message = JSON.parse(await lines.next(ANSWER_SECONDS));
      if (message.error !== undefined) {
        throw new Error(`qemu refuses ${command}: ${message.error.desc}`);
      }
      if (message.event === undefined) {
        return message.return;
      }
    }
  };
  const monitor: Monitor = (command, options = {}) => {
    const answer = turn.then(() => ask(command, options));
    turn = answer.catch(() => undefined);
    return answer;
  };
  await monitor("qmp_capabilities");
  return monitor;
}
