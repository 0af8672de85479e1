import { randomInt } from "node:crypto";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { SshTunnel } from "../destination/destination.ts";
import { type Background, startInBackground } from "./background.ts";
import { ConnectionError, explainSsh } from "./complaints.ts";
import { formatSshHost, type SshHost, sshArguments } from "./host.ts";

/** The first line of every rsync daemon begins so. */
const GREETING = "@RSYNCD:";
const POLL_MS = 50;
const LOGIN_LIMIT_MS = 90_000;
/** How long the daemon may stay silent once ssh has forwarded the port. */
const ANSWER_LIMIT_MS = 10_000;
/** The ports that IANA leaves to such uses. */
const [FIRST_PORT, LAST_PORT] = [49_152, 65_535];
const PORT_TRIES = 5;

/** A tunnel that runs knows whether it still does. */
export interface DaemonTunnel extends SshTunnel {
  readonly where: string;
}

/**
 * A tunnel through ssh to the rsync daemon that listens on a port of that very host. Nothing happens until `open`, which
 * returns when the daemon has answered through it, and does nothing as long as the tunnel works. The tunnel ends with
 * this process, also after kill -9.
 */
export function createTunnel(host: SshHost, daemonPort: number, signal?: AbortSignal): DaemonTunnel {
  let running: Background | undefined;
  let localPort = randomPort();
  const close = async () => {
    await running?.stop();
    running = undefined;
  };
  return {
    where: formatSshHost(host),
    get localPort() {
      return localPort;
    },
    close,
    async open() {
      if (running !== undefined && running.exitCode() === undefined) {
        return;
      }
      for (let tries = 1; ; tries += 1) {
        running = await startForwarding(host, localPort, daemonPort);
        try {
          await waitForDaemon(running, { host, localPort, daemonPort, signal });
          return;
        } catch (error) {
          const portIsTaken = running.said.some((line) => /cannot listen to port|Address already in use/.test(line));
          await close();
          if (!portIsTaken || tries === PORT_TRIES) {
            throw error;
          }
          localPort = randomPort();
        }
      }
    },
  };
}

function randomPort(): number {
  return randomInt(FIRST_PORT, LAST_PORT + 1);
}

function startForwarding(host: SshHost, localPort: number, daemonPort: number): Promise<Background> {
  const mustHold = ["ExitOnForwardFailure=yes", "ControlMaster=no", "ControlPath=none", "ForwardAgent=no"];
  const forward = `127.0.0.1:${localPort}:localhost:${daemonPort}`;
  return startInBackground(["ssh", ...sshArguments(host, mustHold), "-N", "-T", "-L", forward, "--", host.hostname]);
}

async function waitForDaemon(
  running: Background,
  place: { host: SshHost; localPort: number; daemonPort: number; signal: AbortSignal | undefined },
): Promise<void> {
  const { host, localPort, daemonPort, signal } = place;
  const start = Date.now();
  let forwardedAt: number | undefined;
  for (;;) {
    signal?.throwIfAborted();
    if (running.exitCode() !== undefined) {
      throw explainSsh(host, running.said);
    }
    const answer = await ask(localPort);
    if (answer === "greeting") {
      return;
    }
    forwardedAt ??= answer === "closed" ? Date.now() : undefined;
    const refused = running.said.some((line) => /open failed/.test(line));
    const waited = forwardedAt === undefined ? 0 : Date.now() - forwardedAt;
    if (refused || waited > ANSWER_LIMIT_MS || Date.now() - start > LOGIN_LIMIT_MS) {
      throw new ConnectionError(`no rsync daemon answers on port ${daemonPort} of ${formatSshHost(host)}`, {
        hint: "is rsync --daemon running there, and does it listen on localhost?",
        temporary: true,
      });
    }
    await sleep(POLL_MS);
  }
}

/** "refused" as long as ssh does not listen, "closed" when nobody is at the other end. */
function ask(port: number): Promise<"greeting" | "closed" | "refused"> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, timeout: ANSWER_LIMIT_MS });
    const finish = (answer: "greeting" | "closed" | "refused") => {
      socket.destroy();
      resolve(answer);
    };
    let connected = false;
    let received = "";
    socket.on("connect", () => {
      connected = true;
    });
    socket.on("data", (chunk: Buffer) => {
      received += chunk.toString("latin1");
      if (received.startsWith(GREETING) || received.length > GREETING.length) {
        finish(received.startsWith(GREETING) ? "greeting" : "closed");
      }
    });
    socket.on("timeout", () => finish("closed"));
    socket.on("error", () => finish(connected ? "closed" : "refused"));
    socket.on("close", () => finish(connected ? "closed" : "refused"));
  });
}
