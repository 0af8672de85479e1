import { describeError, errnoOf } from "../errors/describe.ts";
import { BakupError, StoppedError } from "../errors/errors.ts";
import { type Journal, openJournal } from "../journal/journal.ts";
import { acquireGuard } from "../lock/guard.ts";
import { isJournalStream } from "../systemd/journal-stream.ts";
import { plural } from "../units/size.ts";
import { createOwnership } from "./account.ts";
import { type Places, runAction } from "./actions.ts";
import { dayOf } from "./calendar.ts";
import { chooseActions, withoutUnconfigured } from "./choose.ts";
import { DEFAULT_POOL_FILE, loadPool } from "./config/load.ts";
import type { PoolConfig } from "./config/model.ts";
import type { PoolContext } from "./context.ts";
import { diagnostics, isTooOld } from "./diagnostics.ts";
import { PoolError } from "./errors.ts";
import { POOL_EXIT, type PoolExitCode } from "./exit-codes.ts";
import { makePassage } from "./folder.ts";
import { type LogFile, openLogFile } from "./log/file.ts";
import { createLog, type PoolLog } from "./log/log.ts";
import { openMemory } from "./memory.ts";
import { checkSwitches, type PoolSwitches } from "./switches.ts";
import { validate } from "./validate.ts";

/** What a run needs from outside; the command line gives the real ones. */
export interface PoolSurroundings {
  version: string;
  now: () => Date;
  /** Aborted when the run is to stop. */
  signal: AbortSignal;
  /** Takes lines for people: errors, and more with --verbose. */
  screen: (line: string) => void;
  env: Readonly<Record<string, string | undefined>>;
}

/** `bakup pool`: does the actions, and says with which of Cedar Backup's exit codes the process should end. */
export async function runPool(
  actions: readonly string[],
  switches: PoolSwitches,
  surroundings: PoolSurroundings,
): Promise<PoolExitCode> {
  let file: LogFile | undefined;
  let log: PoolLog | undefined;
  let exitCode: PoolExitCode;
  try {
    if (isTooOld(process.versions.node)) {
      throw new PoolError(POOL_EXIT.interpreter, `Node.js ${process.version} is too old`);
    }
    const settings = checkSwitches(actions, switches);
    file = openLogFile(settings.path, settings);
    log = openLog(file, switches, surroundings);
    logStart(log, surroundings, { settings: settings.path, actions });
    exitCode = await runLogged(actions, switches, { log, surroundings });
  } catch (error) {
    exitCode = exitCodeOf(error);
    for (const line of linesOf(error, switches)) {
      (log?.error ?? surroundings.screen)(line);
    }
  }
  log?.info(`run completed with status ${exitCode}`);
  file?.close();
  return exitCode;
}

function openLog(file: LogFile, switches: PoolSwitches, { screen, env }: PoolSurroundings): PoolLog {
  const isInUnit = isJournalStream(process.stderr.fd, env);
  const journal: Journal | undefined = isInUnit ? openJournal({ format: "journal", level: "info" }) : undefined;
  const { verbose = false, quiet = false, debug = false, output = false } = switches;
  return createLog({ file, screen, journal }, { verbose, quiet, debug, output });
}

function logStart(
  log: PoolLog,
  { version, now }: PoolSurroundings,
  { settings, actions }: { settings: string; actions: readonly string[] },
): void {
  log.info(`bakup pool starts: ${actions.join(" ")}; the log file is ${settings}`);
  for (const line of diagnostics(version, now())) {
    log.info(line);
  }
}

async function runLogged(
  words: readonly string[],
  switches: PoolSwitches,
  { log, surroundings }: { log: PoolLog; surroundings: PoolSurroundings },
): Promise<PoolExitCode> {
  const config = readConfig(switches.config ?? DEFAULT_POOL_FILE);
  const chosen = chooseActions(words, config);
  if (chosen.includes("validate")) {
    return validate(config, log);
  }
  const actions = words.includes("all") ? withoutUnconfigured(chosen, config) : chosen;
  log.info(`ordered by ${config.options.orderMode}: ${actions.join(", ")}`);
  const { workingDir } = config.options;
  makePassage(workingDir);
  const guard = await acquireGuard({ key: `pool:${workingDir}`, describe: `bakup pool ${actions.join(" ")}` });
  try {
    return await runActions(actions, switches, createContext(config, switches, { log, surroundings }));
  } finally {
    guard.release();
  }
}

function readConfig(file: string): PoolConfig {
  const loaded = loadPool(file);
  if (loaded.ok) {
    return loaded.config;
  }
  throw new PoolError(POOL_EXIT.configuration, loaded.complaints.join("\n"));
}

/** A context that counts its problems. */
type CountingContext = PoolContext & { countProblems(): number };

function createContext(
  config: PoolConfig,
  { full = false }: PoolSwitches,
  { log, surroundings }: { log: PoolLog; surroundings: PoolSurroundings },
): CountingContext {
  const { backupUser, backupGroup, workingDir } = config.options;
  const own = createOwnership({ user: backupUser, group: backupGroup });
  const started = surroundings.now();
  let problems = 0;
  return {
    config,
    log,
    full,
    started,
    memory: openMemory(workingDir),
    today: dayOf(started),
    signal: surroundings.signal,
    giveAway: (path) => {
      try {
        own(path);
      } catch (error) {
        log.info(`cannot give ${path} to ${backupUser}:${backupGroup}: ${describeError(error)}`);
      }
    },
    problem: (text) => {
      problems += 1;
      log.error(text);
    },
    countProblems: () => problems,
  };
}

/** One after the other; after one that could not be done at all, those that build on it are not begun. */
async function runActions(
  actions: readonly string[],
  { managed = false, managedOnly = false }: PoolSwitches,
  context: CountingContext,
): Promise<PoolExitCode> {
  const places: Places = { here: !managedOnly, onClients: managed || managedOnly };
  for (const action of actions) {
    await runAction(context, action, places);
  }
  const problems = context.countProblems();
  if (problems > 0) {
    context.log.error(`${plural(problems, "problem")}; everything else was done`);
  }
  return problems > 0 ? POOL_EXIT.failed : POOL_EXIT.done;
}

function exitCodeOf(error: unknown): PoolExitCode {
  if (error instanceof StoppedError) {
    return POOL_EXIT.interrupted;
  }
  return error instanceof PoolError ? error.poolExitCode : POOL_EXIT.failed;
}

/** What to say about an error; what is neither ours nor the system's always comes with its stack. */
function linesOf(error: unknown, { stack = false }: PoolSwitches): string[] {
  const isExpected = error instanceof BakupError || errnoOf(error) !== undefined;
  const lines = describeError(error).split("\n");
  const hint = error instanceof BakupError && error.hint !== undefined ? [`  hint: ${error.hint}`] : [];
  const trace = error instanceof Error && (stack || !isExpected) ? (error.stack ?? "").split("\n").slice(1) : [];
  return [...lines, ...hint, ...trace];
}
