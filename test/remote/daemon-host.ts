import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Job } from "../../src/run/job.ts";
import { makeJob, type makePlace } from "../run/make-job.ts";
import { answers, freePort } from "./far-host.ts";

/** A real rsync daemon on loopback, with a module `backup` whose folder is `path`. */
export interface DaemonHost {
  port: number;
  path: string;
  /** Goes away at once, with every transfer. */
  kill(): void;
  start(): Promise<void>;
}

export async function startDaemon(
  test: TestContext,
  top: string,
  { module = "", path = join(top, "module") }: { module?: string; path?: string } = {},
): Promise<DaemonHost> {
  mkdirSync(path, { recursive: true });
  const port = await freePort();
  const config = join(top, "rsyncd.conf");
  writeFileSync(
    config,
    `address = 127.0.0.1\nport = ${port}\nuse chroot = yes\nmunge symlinks = no\nuid = root\ngid = root\nlog file = ${top}/rsyncd.log\n` +
      `[backup]\npath = ${path}\nread only = no\n${module}\n[readable]\npath = ${path}\nread only = yes\n`,
  );
  let child: ReturnType<typeof spawn> | undefined;
  const daemon: DaemonHost = {
    port,
    path,
    async start() {
      child = spawn("rsync", ["--daemon", "--no-detach", `--config=${config}`], { stdio: "ignore", detached: true });
      await answers(port);
    },
    kill() {
      if (child?.pid !== undefined) {
        process.kill(-child.pid, "SIGKILL");
        child = undefined;
      }
    },
  };
  test.after(() => daemon.kill());
  await daemon.start();
  return daemon;
}

/** A job that only transfers, to a folder of the module. */
export function daemonJob(
  place: ReturnType<typeof makePlace>,
  { port }: Pick<DaemonHost, "port">,
  changes: Partial<Job> & { module?: string; directory?: string; username?: string } = {},
): Job {
  const { module = "backup", directory = "laptop", username = null, ...rest } = changes;
  return makeJob(place, {
    destination: { kind: "daemon", username, hostname: "127.0.0.1", port, module, directory },
    location: `rsync://127.0.0.1:${port}/${module}/${directory}`,
    actions: { backup: true, snapshot: false, rotate: false },
    reach: { retrySeconds: [0.2, 0.5, 1] },
    ...rest,
  });
}
