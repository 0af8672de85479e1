import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { describeError, errnoOf } from "../errors/describe.ts";
import { isProgram } from "../process/is-program.ts";
import { plural } from "../units/size.ts";
import { findAccount, findGroup } from "./account.ts";
import type { PoolConfig } from "./config/model.ts";
import { POOL_EXIT, type PoolExitCode } from "./exit-codes.ts";
import type { PoolLog } from "./log/log.ts";

/**
 * The validate action: whether this machine is as the configuration, which has no mistakes in itself, needs it:
 * folders that can be written, accounts, programs, the drive. All mistakes are reported. @returns 4 when there are any.
 */
export function validate(config: PoolConfig, log: PoolLog): PoolExitCode {
  const problems = findProblems(config);
  for (const problem of problems) {
    log.error(`${config.file}: ${problem}`);
  }
  if (problems.length > 0) {
    log.error(plural(problems.length, "mistake"));
    return POOL_EXIT.configuration;
  }
  log.info(`${config.file}: no mistakes`);
  return POOL_EXIT.done;
}

function findProblems(config: PoolConfig): string[] {
  return [...folderProblems(config), ...accountProblems(config), ...programProblems(config), ...driveProblems(config)];
}

function folderProblems({ options, collect, stage, store, s3, purge }: PoolConfig): string[] {
  const writable: [what: string, dir: string | undefined][] = [
    ["working_dir", options.workingDir],
    ["collect_dir", collect?.collectDir],
    ["staging_dir", stage?.stagingDir],
    ["source_dir", store?.sourceDir ?? s3?.sourceDir],
    ...(purge?.dirs ?? []).map(({ absPath }): [string, string] => ["abs_path", absPath]),
  ];
  const asked = writable.filter((entry): entry is [string, string] => entry[1] !== undefined);
  const collected = (collect?.items ?? []).map(({ kind, absPath }) => ({ kind, absPath }));
  return [
    ...asked.flatMap(([what, dir]) => folderProblem(what, dir) ?? []),
    ...collected.flatMap(({ kind, absPath }) => sourceProblem(kind, absPath) ?? []),
  ];
}

function folderProblem(what: string, dir: string): string | undefined {
  try {
    if (!statSync(dir).isDirectory()) {
      return `${what}: ${dir} is no folder`;
    }
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return errnoOf(error) === "ENOENT"
      ? `${what}: there is no folder ${dir}; make it`
      : `${what}: ${dir} cannot be written: ${describeError(error)}`;
  }
}

function sourceProblem(kind: "file" | "dir", path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (kind === "dir" && !stats?.isDirectory()) {
    return `abs_path: there is no folder ${path} to collect`;
  }
  return kind === "file" && !stats?.isFile() ? `abs_path: there is no file ${path} to collect` : undefined;
}

function accountProblems({ options }: PoolConfig): string[] {
  const user = findAccount(options.backupUser) === undefined;
  const group = findGroup(options.backupGroup) === undefined;
  return [
    ...(user ? [`backup_user: this machine has no user ${options.backupUser}`] : []),
    ...(group ? [`backup_group: this machine has no group ${options.backupGroup}`] : []),
  ];
}

function programProblems({
  options,
  stage,
  store,
  extensions,
  repositories,
  mysql,
  postgresql,
  encrypt,
}: PoolConfig): string[] {
  const remote = (stage?.peers ?? []).filter((peer) => peer.isRemote);
  const managed = remote.filter((peer) => peer.managed);
  const hooks = [...options.preActionHook, ...options.postActionHook];
  const needed = [
    "tar",
    ...remote.map(({ rcpCommand }) => rcpCommand[0]),
    ...managed.map(({ rshCommand }) => rshCommand[0]),
    ...hooks.map(({ command }) => command[0]),
    ...extensions.map(({ command }) => command[0]),
    ...options.override.map(({ path }) => path),
    store === undefined ? undefined : "xorriso",
    mysql === undefined ? undefined : "mysqldump",
    postgresql === undefined ? undefined : postgresql.all ? "pg_dumpall" : "pg_dump",
    repositories.length === 0 ? undefined : "svnadmin",
    encrypt === undefined ? undefined : "gpg",
  ];
  const overridden = (name: string) => options.override.find(({ command }) => command === name)?.path ?? name;
  const names = new Set(needed.filter((name) => name !== undefined).map(overridden));
  return [...names].filter((name) => !isProgram(name)).map((name) => `there is no program ${name}; install it`);
}

/** An image need not exist yet; its folder must. */
function driveProblems({ store }: PoolConfig): string[] {
  if (store === undefined) {
    return [];
  }
  const device = store.targetDevice.replace(/^stdio:/, "");
  if (device !== store.targetDevice) {
    return [folderProblem("target_device", dirname(device))].filter((problem) => problem !== undefined);
  }
  try {
    accessSync(device, constants.R_OK | constants.W_OK);
  } catch (error) {
    return [`target_device: ${device} cannot be written: ${describeError(error)}`];
  }
  const mountPoint = mountPointOf(device);
  return mountPoint === undefined ? [] : [`target_device: ${device} is mounted on ${mountPoint}; unmount it`];
}

function mountPointOf(device: string): string | undefined {
  const mounts = readFileSync("/proc/self/mounts", "utf8").split("\n");
  return mounts.find((line) => line.startsWith(`${device} `))?.split(" ")[1];
}
