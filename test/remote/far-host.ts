import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Job } from "../../src/run/job.ts";
import { makeJob, type makePlace } from "../run/make-job.ts";

type Place = ReturnType<typeof makePlace>;

/** A real sshd of our own on loopback, with host key, user key and known hosts in a folder of the test. */
export interface FarHost {
  port: number;
  folder: string;
  /** Folder that comes first in the PATH of every session there. */
  bin: string;
  reach: NonNullable<Job["reach"]>;
  knownHosts: string;
  /** What is in authorized_keys from now on: options of the line that lets our key in. */
  allowKey(options?: string): void;
  /** Ends all connections that are open now, as a broken line would. */
  cutConnections(): number;
  stop(): Promise<void>;
}

export async function startFarHost(test: TestContext, top: string): Promise<FarHost> {
  const folder = join(top, "far-host");
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  mkdirSync("/run/sshd", { recursive: true });
  for (const name of ["host-key", "user-key"]) {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, name)]);
  }
  const port = await freePort();
  const authorized = join(folder, "authorized_keys");
  const allowKey = (options = "") => {
    writeFileSync(authorized, `${options} ${readFileSync(join(folder, "user-key.pub"), "utf8")}`.trimStart());
    chmodSync(authorized, 0o644);
  };
  allowKey();
  const config = join(folder, "sshd_config");
  writeFileSync(
    config,
    `Port ${port}
ListenAddress 127.0.0.1
HostKey ${folder}/host-key
AuthorizedKeysFile ${authorized}
StrictModes no
UsePAM no
PidFile none
PermitRootLogin yes
LogLevel ERROR
SetEnv PATH=${bin}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
`,
  );
  const sshd = spawn("/usr/sbin/sshd", ["-f", config, "-D", "-e"], { stdio: "ignore" });
  const ended = new Promise<void>((resolve) => sshd.once("exit", () => resolve()));
  const children = () => pidsBelow(sshd.pid ?? 0);
  const stop = async () => {
    for (const pid of children()) {
      killQuietly(pid);
    }
    sshd.kill("SIGTERM");
    await ended;
  };
  test.after(stop);
  await answers(port);
  const knownHosts = join(folder, "known_hosts");
  writeFileSync(knownHosts, `[127.0.0.1]:${port} ${readFileSync(join(folder, "host-key.pub"), "utf8")}`);
  return {
    port,
    folder,
    bin,
    knownHosts,
    allowKey,
    reach: {
      sshOptions: [`Port=${port}`, `UserKnownHostsFile=${knownHosts}`, "GlobalKnownHostsFile=/dev/null"],
      identity: join(folder, "user-key"),
      retrySeconds: [0.2, 0.5, 1],
      sudo: true,
    },
    cutConnections() {
      const pids = children();
      for (const pid of pids) {
        killQuietly(pid);
      }
      return pids.length;
    },
    stop,
  };
}

/** A job whose destination is a folder of the far host: the place's store, unless another is given. */
export function sshJob(place: Place, host: FarHost, changes: Partial<Job> & { directory?: string } = {}): Job {
  const { directory = place.mirror, ...rest } = changes;
  return makeJob(place, {
    destination: { kind: "ssh", username: userInfo().username, hostname: "127.0.0.1", directory },
    location: `${userInfo().username}@127.0.0.1:${directory}`,
    reach: host.reach,
    ...rest,
  });
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Waits until somebody listens. */
export async function answers(port: number): Promise<void> {
  for (let tries = 0; tries < 250; tries += 1) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => {
        socket.destroy();
        resolve(true);
      });
      socket.once("error", () => resolve(false));
    });
    if (open) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`nobody listens on port ${port}`);
}

/** The direct children of a process: of sshd, one for each connection. */
function pidsBelow(parent: number): number[] {
  try {
    return execFileSync("pgrep", ["-P", String(parent)], { encoding: "utf8" })
      .trim()
      .split("\n")
      .map(Number);
  } catch {
    return [];
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
