import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setInEnvironment } from "../environment.ts";

/** A bus of the test's own, on which everybody may do everything. */
export interface PrivateBus {
  address: string;
  /** Ends it, as a crash would. */
  kill(): void;
  /** When it has ended: until then it may still take a connection. */
  ended: Promise<void>;
}

const CONFIGURATION = (
  socket: string,
) => `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <auth>EXTERNAL</auth>
  <listen>unix:path=${socket}</listen>
  <policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/></policy>
</busconfig>
`;

/** Starts a dbus-daemon, which ends with the test. */
export async function startBus(test: Pick<TestContext, "after">): Promise<PrivateBus> {
  const folder = mkdtempSync(join(tmpdir(), "bakup-bus-"));
  const socket = join(folder, "bus");
  const file = join(folder, "bus.conf");
  writeFileSync(file, CONFIGURATION(socket));
  const daemon = spawn("dbus-daemon", [`--config-file=${file}`, "--nofork", "--print-address=1"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => daemon.once("exit", () => resolve()));
  const kill = () => void daemon.kill("SIGKILL");
  test.after(() => {
    kill();
    rmSync(folder, { recursive: true, force: true });
  });
  await firstOutput(daemon);
  return { address: `unix:path=${socket}`, kill, ended };
}

/** Makes an address the system bus of this process and its children, until the test ends. */
export function useAsSystemBus(test: Pick<TestContext, "after">, address: string): void {
  setInEnvironment(test, "DBUS_SYSTEM_BUS_ADDRESS", address);
}

async function firstOutput(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once("data", () => resolve());
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`dbus-daemon ended with ${code}`)));
  });
}
