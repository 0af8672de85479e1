import { connect, type Socket } from "node:net";

/** A socket of qemu's that speaks in lines. */
export interface Lines {
  send(line: string): void;
  /** The next line. @throws when qemu has gone, or says nothing for `seconds`. */
  next(seconds: number): Promise<string>;
}

/** @throws when qemu does not open the socket within ten seconds. */
export async function connectLines(path: string): Promise<Lines> {
  const socket = await connected(path);
  const lines: string[] = [];
  let rest = "";
  let wake: (() => void) | undefined;
  let closed = false;
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
    wake?.();
  });
  socket.on("error", () => socket.destroy());
  socket.on("close", () => {
    closed = true;
    wake?.();
  });
  return {
    send: (line) => void socket.write(`${line}\n`),
    async next(seconds) {
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        wake?.();
      }, seconds * 1000);
      while (lines.length === 0 && !closed && !late) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      clearTimeout(timer);
      const line = lines.shift();
      if (line === undefined) {
        throw new Error(closed ? `the guest has ended (${path})` : `no answer within ${seconds} s (${path})`);
      }
      return line;
    },
  };
}

async function connected(path: string): Promise<Socket> {
  for (let tries = 0; ; tries += 1) {
    const socket = connect(path);
    const error = await new Promise<Error | undefined>((resolve) => {
      socket.once("connect", () => resolve(undefined));
      socket.once("error", resolve);
    });
    if (error === undefined) {
      return socket;
    }
    if (tries === 500) {
      throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
