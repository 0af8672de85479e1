import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { buildHelpers } from "./build-helpers.ts";

export interface DaemonOptions {
  /** The modules, each with settings of its own beside those that all have. */
  modules: Readonly<Record<string, string>>;
  /** For all modules. */
  settings?: string;
  /** The text of xfer.conf; none by default. */
  configuration?: string;
  /** Whether pre-xfer is set up. */
  pre?: boolean;
  /** Shell commands before post-xfer. */
  beforePost?: string;
  /** A program, and its options, that runs each helper. */
  wrapper?: string;
  /** A folder for the stores; temporary by default. */
  stores?: string;
}

/** A real rsyncd on a free port of the loopback, with both helpers set up, and a log of all that they do. */
export interface Daemon {
  folder: string;
  pid: number;
  /** The location of a module, with a slash at the end. */
  url(module: string): string;
  /** The folder of a module. */
  module(name: string): string;
  /** The snapshots of a module's store, oldest first. */
  snapshots(module: string): string[];
  /** The path of one. */
  snapshot(module: string, name: string): string;
  /** The text of a snapshot's record. */
  record(module: string, name: string): string;
  /** The entries of the helpers' log. */
  log(): Record<string, unknown>[];
  /** Waits until post-xfer has ended that many times, and gives the status of rsync for each of them. */
  ended(count: number): Promise<number[]>;
  /** The files in the runtime directory that are not locks. */
  leftovers(): string[];
}

const helpers = buildHelpers();

export async function startDaemon(context: TestContext, options: DaemonOptions): Promise<Daemon> {
  const folder = mkdtempSync(join(tmpdir(), "bakup-xfer-"));
  const stores = options.stores ?? join(folder, "stores");
  const port = await freePort();
  const configuration = join(folder, "xfer.conf");
  if (options.configuration !== undefined) {
    writeFileSync(configuration, options.configuration);
  }
  for (const name of Object.keys(options.modules)) {
    mkdirSync(join(stores, name, "latest"), { recursive: true });
  }
  const own = { folder, stores, configuration, port, helpers: await helpers };
  writeFileSync(join(folder, "rsyncd.conf"), daemonConfiguration(options, own));
  const log = openSync(join(folder, "helpers.log"), "a");
  const child = spawn("rsync", ["--daemon", "--no-detach", `--config=${join(folder, "rsyncd.conf")}`], {
    env: { ...process.env, STATE_DIRECTORY: join(folder, "state"), JOURNAL_STREAM: undefined },
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  context.after(async () => {
    await stop(child);
    await untilNothingWorksIn(folder);
    rmSync(folder, { recursive: true, force: true });
  });
  await answers(port);
  return {
    folder,
    pid: child.pid ?? 0,
    url: (module) => `rsync://127.0.0.1:${port}/${module === "" ? "" : `${module}/`}`,
    module: (name) => join(stores, name, "latest"),
    snapshots: (module) =>
      readdirSync(join(stores, module))
        .filter((name) => /^\d{4}-/.test(name))
        .sort(),
    snapshot: (module, name) => join(stores, module, name),
    record: (module, name) => readFileSync(join(stores, module, ".bakup", `${name}.json`), "utf8"),
    log: () => lines(join(folder, "helpers.log")).flatMap(readEntry),
    ended: (count) => waitForEnd(folder, count),
    leftovers: () => readdirSync(join(folder, "run/xfer")).filter((name) => !name.endsWith(".lock")),
  };
}

interface Own {
  folder: string;
  stores: string;
  configuration: string;
  port: number;
  helpers: string;
}

function daemonConfiguration(options: DaemonOptions, own: Own): string {
  const { folder, stores, configuration, port } = own;
  const call = (name: string) =>
    `${options.wrapper ?? ""} node ${own.helpers}/${name}.cjs --config ${configuration} --runtime-directory ${folder}/run`;
  const post = `echo $RSYNC_EXIT_STATUS >>${folder}/began; ${options.beforePost ?? ":"}; ${call("bakup-post-xfer")}; echo $RSYNC_EXIT_STATUS >>${folder}/ended`;
  return [
    `port = ${port}`,
    "address = 127.0.0.1",
    "use chroot = yes",
    "uid = root",
    "gid = root",
    "read only = no",
    `log file = ${folder}/rsyncd.log`,
    `lock file = ${folder}/rsyncd.lock`,
    ...(options.pre === false ? [] : [`pre-xfer exec = ${call("bakup-pre-xfer")}`]),
    `post-xfer exec = ${post}`,
    options.settings ?? "",
    ...Object.entries(options.modules).flatMap(([name, settings]) => [
      `[${name}]`,
      `path = ${stores}/${name}/latest`,
      settings,
    ]),
    "",
  ].join("\n");
}

function lines(file: string): string[] {
  return existsSync(file)
    ? readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => line !== "")
    : [];
}

function readEntry(line: string): Record<string, unknown>[] {
  try {
    return [JSON.parse(line)];
  } catch {
    return [];
  }
}

async function waitForEnd(folder: string, count: number): Promise<number[]> {
  for (let tries = 0; tries < 1200; tries += 1) {
    const ended = lines(join(folder, "ended"));
    if (ended.length >= count) {
      return ended.map(Number);
    }
    await sleep(50);
  }
  const log = readFileSync(join(folder, "rsyncd.log"), "utf8") + readFileSync(join(folder, "helpers.log"), "utf8");
  const counts = `${lines(join(folder, "began")).length} began, ${lines(join(folder, "ended")).length} ended`;
  throw new Error(`${log}\npost-xfer has not ended ${count} times: ${counts}; still there:\n${processesIn(folder)}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

async function answers(port: number): Promise<void> {
  const { connect } = await import("node:net");
  for (let tries = 0; tries < 100; tries += 1) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.destroy();
        resolve(true);
      }).on("error", () => resolve(false));
    });
    if (isOpen) {
      return;
    }
    await sleep(50);
  }
  throw new Error("rsyncd does not answer");
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
  }
}

/** The client's upload ends before its post-xfer does, which may still be writing into the store. */
async function untilNothingWorksIn(folder: string): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (spawnSync("pgrep", ["-f", folder]).status === 1) {
      return;
    }
    await sleep(50);
  }
  throw new Error(`Processes still work in ${folder}:\n${processesIn(folder)}`);
}

function processesIn(folder: string): string {
  return spawnSync("pgrep", ["-af", folder], { encoding: "utf8" }).stdout;
}
