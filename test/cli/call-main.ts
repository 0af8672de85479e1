import { main } from "../../src/cli/main.ts";

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

// Each call listens for a reader that has gone away; a process has one call, but a test many.
process.stdout.setMaxListeners(0);

/** Calls the command line in this process, and catches what it writes. Bytes are the test runner's own and pass. */
export async function callMain(...args: string[]): Promise<Outcome> {
  const stdout = catchText(process.stdout);
  const stderr = catchText(process.stderr);
  try {
    const code = await main(args);
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    stdout.release();
    stderr.release();
  }
}

function catchText(stream: NodeJS.WriteStream): { text: () => string; release: () => void } {
  const write = stream.write.bind(stream);
  let caught = "";
  stream.write = ((chunk: string | Uint8Array, ...rest: []) => {
    if (typeof chunk !== "string") {
      return write(chunk, ...rest);
    }
    caught += chunk;
    return true;
  }) as typeof stream.write;
  return {
    text: () => caught,
    release: () => {
      stream.write = write;
    },
  };
}
