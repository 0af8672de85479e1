import { spawn } from "node:child_process";
import { existsSync } from "node:fs";

/** There while systemd is what runs the machine. */
const BOOTED = "/run/systemd/system";

/**
 * Keeps the machine from going to sleep until the function that it returns is called, or this process has ended in any
 * way. Does nothing where there is no logind, or where it does not allow that.
 */
export function stayAwake(reason: string): () => void {
  if (!existsSync(BOOTED)) {
    return () => undefined;
  }
  // The lock is a descriptor that only D-Bus can hand over; systemd-inhibit holds it for as long as the pipe is open.
  const holder = spawn("systemd-inhibit", ["--what=sleep", "--who=bakup", `--why=${reason}`, "--mode=block", "cat"], {
    stdio: ["pipe", "ignore", "ignore"],
    // Ctrl-C is for bakup, which still puts the disk back.
    detached: true,
  });
  holder.on("error", () => undefined);
  holder.stdin.on("error", () => undefined);
  holder.unref();
  return () => holder.stdin.end();
}
