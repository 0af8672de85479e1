import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

export interface Sshd {
  port: number;
  /** For ssh and scp: its key, its host key, its port. */
  options: string;
  /** The same, but knowing another host key for it. */
  optionsWithWrongHostKey: string;
}

/** A real sshd on this machine that lets this user in with a key of its own; ended after the test. */
export async function startSshd(test: TestContext): Promise<Sshd> {
  const folder = mkdtempSync(join(tmpdir(), "bakup-pool-sshd-"));
  chmodSync(folder, 0o700);
  const at = (name: string) => join(folder, name);
  for (const name of ["host", "other", "user"]) {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at(name)]);
  }
  const port = await freePort();
  const line = (key: string) => `[127.0.0.1]:${port},[localhost]:${port} ${readFileSync(at(`${key}.pub`), "utf8")}`;
  writeFileSync(at("known"), line("host"));
  writeFileSync(at("known-wrong"), line("other"));
  writeFileSync(at("authorized"), readFileSync(at("user.pub")));
  mkdirSync("/run/sshd", { recursive: true });
  const settings = {
    ListenAddress: "127.0.0.1",
    HostKey: at("host"),
    AuthorizedKeysFile: at("authorized"),
    PidFile: "none",
    UsePAM: "no",
    PasswordAuthentication: "no",
    StrictModes: "no",
    MaxStartups: "100",
    PermitRootLogin: "yes",
    Subsystem: "sftp internal-sftp",
  };
  const words = Object.entries(settings).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
  const server = spawn("/usr/sbin/sshd", ["-D", "-f", "/dev/null", "-p", String(port), ...words], { stdio: "ignore" });
  test.after(() => end(server, folder));
  const options = (known: string) => {
    const own = {
      IdentityFile: at("user"),
      UserKnownHostsFile: at(known),
      GlobalKnownHostsFile: "/dev/null",
      Port: port,
    };
    return [
      "-F /dev/null",
      ...Object.entries({ ...own, BatchMode: "yes" }).map(([key, value]) => `-o ${key}=${value}`),
    ].join(" ");
  };
  await untilItListens(port, server);
  return { port, options: options("known"), optionsWithWrongHostKey: options("known-wrong") };
}

function end(server: ChildProcess, folder: string): void {
  server.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
}

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function untilItListens(port: number, server: ChildProcess): Promise<void> {
  for (;;) {
    if (server.exitCode !== null) {
      throw new Error(`sshd ended with exit code ${server.exitCode}`);
    }
    try {
      execFileSync("ssh-keyscan", ["-T", "2", "-p", String(port), "127.0.0.1"], {
        stdio: ["ignore", "pipe", "ignore"],
      });
      return;
    } catch {
      await sleep(50);
    }
  }
}
