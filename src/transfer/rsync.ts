import { StoppedError, TransferError } from "../errors/errors.ts";
import { contains } from "../path/containment.ts";
import { type CommandResult, describeEnd, runCommand } from "../process/command.ts";
import { splitter } from "../process/lines.ts";
import { type Problem, parseComplaint } from "./problems.ts";
import { timeArguments } from "./rsync-args.ts";
import { rsyncExitCode } from "./rsync-exit-codes.ts";

const DELETIONS_STOPPED = 25;

/** How every rsync of a transfer is run. */
export interface RsyncContext {
  /** Where relative paths begin; a pinned folder, so that nothing is written elsewhere when a disk goes away. */
  cwd?: string;
  signal?: AbortSignal | undefined;
  /** The I/O scheduling class, see ionice(1). */
  ionice?: "idle" | "best-effort" | "realtime" | undefined;
  /** Descriptors that must stay open as long as rsync lives: the lock. */
  inheritFds?: readonly number[];
  /** The target keeps no fractions of a second in its times. */
  wholeSeconds?: boolean | undefined;
  /** The program to run; "rsync" by default. */
  program?: string;
  /** How rsync reaches the other machine, when the target is there. */
  remote?: readonly string[];
}

/** rsync failed as a whole: with which exit code, and what it said, line by line. */
export class RsyncFailedError extends TransferError {
  readonly rsyncCode: number | null;
  readonly said: readonly string[];

  constructor(message: string, details: { hint?: string; rsyncCode: number | null; said: readonly string[] }) {
    super(message, details.hint === undefined ? {} : { hint: details.hint });
    this.rsyncCode = details.rsyncCode;
    this.said = details.said;
  }
}

export interface RsyncCall {
  args: readonly string[];
  /** Absolute path of the source: an error of the source as a whole is never a problem of one file. */
  source: string;
  input?: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  onLine: (line: string) => void;
}

export interface RsyncOutcome {
  problems: Problem[];
  /** rsync met an unreadable folder and so deleted nothing at all. */
  deletionsHeld: boolean;
}

/**
 * Runs rsync and judges how it ended: files that vanished or cannot be read are problems of the outcome.
 * @throws TransferError for everything else that rsync complains about.
 */
export async function runRsync(call: RsyncCall, context: RsyncContext): Promise<RsyncOutcome> {
  const complaints: string[] = [];
  const onOutput = splitter("\n\r", call.onLine);
  const onComplaint = splitter("\n\r", (line) => complaints.push(line));
  const [file, ...args] = commandLine([...timeArguments(context), ...(context.remote ?? []), ...call.args], context);
  const result = await runCommand(file as string, args, {
    ...(context.cwd === undefined ? {} : { cwd: context.cwd }),
    ...(call.input === undefined ? {} : { input: call.input }),
    env: { HOME: "", RSYNC_PARTIAL_DIR: undefined, RSYNC_OLD_ARGS: undefined, RSYNC_PROTECT_ARGS: undefined },
    signal: context.signal,
    inheritFds: context.inheritFds ?? [],
    onStdout: onOutput,
    isTalkative: true,
    onStderr: onComplaint,
  });
  onOutput(null);
  onComplaint(null);
  if (context.signal?.aborted) {
    throw context.signal.reason instanceof Error ? context.signal.reason : new StoppedError("SIGTERM");
  }
  return judge(result, complaints, call.source);
}

function commandLine(args: readonly string[], context: RsyncContext): string[] {
  const rsync = [context.program ?? "rsync", ...args];
  return context.ionice === undefined ? rsync : ["ionice", "--ignore", "-c", context.ionice, ...rsync];
}

/** The verdict on how rsync ended, from its exit code and each line of its complaints. Pure. */
export function judge(
  end: Pick<CommandResult, "exitCode" | "signal" | "timedOut">,
  lines: readonly string[],
  source: string,
): RsyncOutcome {
  const complaints = lines.map(parseComplaint);
  const problems = complaints.flatMap((complaint) => (complaint.kind === "problem" ? [complaint.problem] : []));
  const unknown = complaints.flatMap((complaint) => (complaint.kind === "unknown" ? [complaint.line] : []));
  const ofTheSource = problems.find(({ path }) => contains(path || "/", source) && contains(source, path || "/"));
  // A daemon stops at the limit as well, and its client ends with 0.
  const isStopped = complaints.some(({ kind }) => kind === "deletions-stopped");
  const exitCode = end.exitCode === 0 && isStopped ? DELETIONS_STOPPED : end.exitCode;
  const { verdict, meaning, hint } = rsyncExitCode(exitCode ?? -1);
  const isExplained = problems.length > 0 || complaints.some(({ kind }) => kind === "harmless");
  const judged = verdict === "judge" && isExplained && unknown.length === 0 && ofTheSource === undefined;
  if (verdict !== "ok" && !judged) {
    const said = [...unknown, ...problems.map(({ path, reason }) => `${path}: ${reason}`)][0];
    const how = exitCode === null || end.timedOut ? describeEnd(end) : `exit code ${exitCode} (${meaning})`;
    throw new RsyncFailedError(`rsync failed with ${how}${said === undefined ? "" : `: ${said}`}`, {
      ...(hint === undefined ? {} : { hint }),
      rsyncCode: exitCode,
      said: lines,
    });
  }
  return { problems, deletionsHeld: complaints.some(({ kind }) => kind === "deletions-held") };
}
