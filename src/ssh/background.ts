import { startCommand } from "../process/command.ts";
import { splitter } from "../process/lines.ts";

/** An ssh that runs beside us until it is stopped. */
export interface Background {
  /** Undefined as long as it runs. */
  exitCode(): number | null | undefined;
  /** What it has complained about so far. */
  said: readonly string[];
  stop(): Promise<void>;
}

/** The kernel stops the program when we are gone, however we went. Without setpriv (util-linux) it is just run. */
const DIE_WITH_US =
  'if setpriv --pdeathsig TERM -- true 2>/dev/null; then exec setpriv --pdeathsig TERM -- "$@"; fi; exec "$@"';

/** Starts a program that ends with this process, also after kill -9. */
export async function startInBackground(words: readonly string[]): Promise<Background> {
  const stopper = new AbortController();
  const running = await startCommand("sh", ["-c", DIE_WITH_US, "sh", ...words], { signal: stopper.signal });
  const said: string[] = [];
  const onLine = splitter("\n\r", (line) => said.push(line));
  running.stderr.on("data", onLine);
  running.stdout.resume();
  let exitCode: number | null | undefined;
  const ended = running.ended.then((end) => {
    onLine(null);
    exitCode = end.exitCode;
  });
  return {
    exitCode: () => exitCode,
    said,
    async stop() {
      stopper.abort();
      await ended;
    },
  };
}
