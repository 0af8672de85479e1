import { setTimeout as sleep } from "node:timers/promises";
import { describeError, exitCodeOf } from "../errors/describe.ts";
import { BakupError } from "../errors/errors.ts";
import { EXIT } from "../errors/exit-codes.ts";
import type { Journal } from "../journal/journal.ts";
import { runHelper } from "./helper.ts";
import type { Kept } from "./keep.ts";
import { logFields, openLog } from "./log.ts";
import { type Note, takeNote } from "./note.ts";
import type { HelperOptions } from "./options.ts";
import { meetingFolder } from "./places.ts";
import { type Connection, connectionOf, type Request, readRequest } from "./request.ts";
import { DEFAULT_SETTINGS, loadSettings, type ModuleSettings } from "./settings.ts";
import { continueTurn, releaseTurn, type TurnPlace, takeTurn } from "./turn.ts";

/** rsync's exit codes of an upload that arrived; 24: the client's files vanished while it read them. */
const ARRIVED = [0, 24];

/** rsync's exit codes for what it refuses before anything is changed: usage, options, protocol, log file. */
const TURNED_AWAY = [1, 2, 4, 5, 6];

const TURN_POLL_MS = 500;

/**
 * rsyncd's `post-xfer exec`: keeps what an upload has brought as a snapshot, and rotates. Does nothing after anything
 * else. @returns the exit code, which rsyncd ignores.
 */
export function postXfer(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const purpose = "Keeps an upload to a module of the rsync daemon as a snapshot, and rotates.";
  return runHelper({ name: "bakup-post-xfer", purpose, args }, (options) => conclude(options, env));
}

async function conclude(options: HelperOptions, env: NodeJS.ProcessEnv): Promise<number> {
  const request = readRequest(env);
  const place = { folder: meetingFolder(options.runtimeDirectory), modulePath: request.path };
  const note = takeNote(place.folder, request);
  if (note !== undefined && note.kind !== "upload" && note.kind !== "unclear") {
    return EXIT.done;
  }
  const connection = note ?? connectionOf(request);
  try {
    const arrived = ARRIVED.includes(Number(env.RSYNC_EXIT_STATUS));
    const settings = await settingsOf(options, request);
    if (!settings.enabled) {
      return EXIT.done;
    }
    if (!arrived) {
      return note === undefined ? EXIT.done : await reportBroken(request, Number(env.RSYNC_EXIT_STATUS));
    }
    await (note === undefined ? waitForTurn(place, connection) : continueTurn(place, connection));
    return await keep({ request, note, settings, runtimeDirectory: options.runtimeDirectory });
  } finally {
    releaseTurn(place, connection);
  }
}

interface Arrived {
  request: Request;
  /** Undefined when pre-xfer is not set up: then nobody knows what has been here. */
  note: Note | undefined;
  settings: UsableSettings;
  runtimeDirectory: string | undefined;
}

async function keep({ request, note, settings, runtimeDirectory }: Arrived): Promise<number> {
  const journal = await openLog(request);
  const startedAt = note === undefined ? new Date() : new Date(note.started);
  const workStarted = Date.now();
  try {
    const [{ withModule }, { keepUpload }] = await Promise.all([import("./module-context.ts"), import("./keep.ts")]);
    const kept = await withModule({ request, settings, journal, startedAt, runtimeDirectory }, (context, store) =>
      keepUpload(context, store, { certain: note?.kind === "upload", rotate: settings.mayRotate }),
    );
    const times = { duration: seconds(startedAt.getTime(), workStarted), work: seconds(workStarted, Date.now()) };
    reportKept(journal, request, { kept, ...times });
    return EXIT.done;
  } catch (error) {
    const hint = error instanceof BakupError ? (error.hint ?? "") : "";
    journal.event("uploadNotKept", { ...logFields(request), error: describeError(error), hint });
    return exitCodeOf(error);
  }
}

/** Of the settings, whether they could be read: nothing is removed by rules that nobody has seen. */
type UsableSettings = ModuleSettings & { mayRotate: boolean };

async function settingsOf(options: HelperOptions, request: Request): Promise<UsableSettings> {
  try {
    return { ...(await loadSettings(options.config, request.module)), mayRotate: true };
  } catch (error) {
    const journal = await openLog(request);
    journal.event("warning", { text: `no snapshot is rotated, the settings cannot be read: ${describeError(error)}` });
    return { ...DEFAULT_SETTINGS, mayRotate: false };
  }
}

async function reportBroken(request: Request, status: number): Promise<number> {
  const journal = await openLog(request);
  const fields = { ...logFields(request), status };
  journal.event(TURNED_AWAY.includes(status) ? "uploadTurnedAway" : "uploadBroken", fields);
  return EXIT.done;
}

function reportKept(
  journal: Journal,
  request: Request,
  { kept, duration, work }: { kept: Kept; duration: number; work: number },
): void {
  const fields = logFields(request);
  if (kept.kind === "unchanged") {
    journal.event("uploadUnchanged", { ...fields, snapshot: kept.snapshot });
    return;
  }
  const { name, state, entries = 0, bytes = 0 } = kept.record;
  journal.event("uploadKept", { ...fields, snapshot: name, state, entries, bytes, duration, work });
  if (state === "suspect") {
    journal.event("uploadSuspect", { ...fields, snapshot: name, before: kept.before ?? 0, entries });
  }
}

async function waitForTurn(place: TurnPlace, connection: Connection): Promise<void> {
  while ((await takeTurn(place, connection)) !== undefined) {
    await sleep(TURN_POLL_MS);
  }
}

function seconds(from: number, to: number): number {
  return Math.max(0, to - from) / 1000;
}
