import { loadAddon } from "./addon.ts";

/**
 * Ends the process once what it said has left. Node.js would first wait for the threads that compile its code, and in
 * rare cases these wait for it (nodejs/node#54918): the process would then stay for ever, and with it its unit and the
 * connection to the rsync daemon.
 */
export async function endProcess(exitCode: number): Promise<never> {
  await Promise.all([process.stdout, process.stderr].map(drained));
  return endProcessNow(exitCode);
}

/** The same, without a look at what has not left yet. */
export function endProcessNow(exitCode: number): never {
  process.on("exit", leave);
  process.exit(exitCode);
}

/** The last of what is done at the exit. Without the addon, whose absence others report, Node.js does it its way. */
function leave(exitCode: number): void {
  try {
    loadAddon().exitNow(exitCode);
  } catch {}
}

function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.writableLength === 0) {
      resolve();
    } else {
      stream.write("", () => resolve());
    }
  });
}
