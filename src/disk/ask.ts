import { spawn } from "node:child_process";
import { isatty } from "node:tty";
import { FailedToUnlockError } from "../errors/errors.ts";

/** How long somebody without a terminal has to answer. */
const AGENT_SECONDS = 90;

/**
 * Asks for a passphrase with systemd-ask-password: on the terminal when there is one, else whoever answers such
 * questions (a boot splash, a desktop, `systemd-tty-ask-password-agent`). The answer is never shown or logged.
 * @throws FailedToUnlockError when nobody answers; the signal's reason when the run is stopped.
 */
export async function askPassphrase(question: string, signal: AbortSignal): Promise<Buffer> {
  const limit = isatty(0) ? 0 : AGENT_SECONDS;
  // In our own process group, unlike other programs: it could not read the terminal from one in the background.
  const child = spawn(
    "systemd-ask-password",
    ["--id=bakup:disk", "--icon=drive-harddisk", `--timeout=${limit}`, "--", question],
    { stdio: ["inherit", "pipe", "inherit"] },
  );
  const stop = () => child.kill("SIGTERM");
  signal.addEventListener("abort", stop, { once: true });
  const answer: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => answer.push(chunk));
  try {
    const end = await new Promise<string | number | null>((resolve) => {
      child.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      child.once("close", (code) => resolve(code));
    });
    signal.throwIfAborted();
    if (end !== 0) {
      throw new FailedToUnlockError(
        end === "ENOENT"
          ? "cannot ask for the passphrase: systemd-ask-password is not installed"
          : "nobody gave the passphrase",
        { hint: "run it on a terminal, or name the key: key in [disk], or a key file in /etc/crypttab" },
      );
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
  return withoutNewline(Buffer.concat(answer));
}

function withoutNewline(bytes: Buffer): Buffer {
  return bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes;
}
