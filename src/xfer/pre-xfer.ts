import { writeSync } from "node:fs";
import { describeError } from "../errors/describe.ts";
import { BakupError } from "../errors/errors.ts";
import { forgetMirrorSnapshot } from "../store/mirror-state.ts";
import { classifyRequest } from "./classify.ts";
import { mayShareInodes } from "./detachment.ts";
import { refuseUnlessDue } from "./due.ts";
import { runHelper } from "./helper.ts";
import { logFields, openLog, shown } from "./log.ts";
import { leaveNote, type Note, sweepNotes } from "./note.ts";
import type { HelperOptions } from "./options.ts";
import { openOwnStore } from "./own-store.ts";
import { meetingFolder } from "./places.ts";
import { Refusal, refusalLine } from "./refusal.ts";
import { argumentsOf, asksToForce, connectionOf, type Request, readRequest } from "./request.ts";
import { loadSettings, type ModuleSettings } from "./settings.ts";
import { releaseTurn, type TurnPlace, takeTurn } from "./turn.ts";

/**
 * rsyncd's `pre-xfer exec`: notes what the client is about to do, and lets an upload in when it is allowed, due, and the
 * only one. @returns the exit code: 0 lets the transfer go on, anything else ends it with what stands on stdout.
 */
export function preXfer(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const purpose = "Lets an upload to a module of the rsync daemon in, or not, and notes what it is.";
  return runHelper({ name: "bakup-pre-xfer", purpose, args }, (options) => admit(options, env));
}

async function admit(options: HelperOptions, env: NodeJS.ProcessEnv): Promise<number> {
  let request: Request | undefined;
  try {
    request = readRequest(env);
    await judge(request, options, env);
    return 0;
  } catch (error) {
    const refusal = error instanceof Refusal ? error : unexpected(error);
    sayToClient(refusalLine(refusal));
    await logRefusal(request, refusal);
    return 1;
  }
}

async function judge(request: Request, options: HelperOptions, env: NodeJS.ProcessEnv): Promise<void> {
  const folder = meetingFolder(options.runtimeDirectory);
  const { kind, forbidden } = classifyRequest(argumentsOf(env));
  const connection = connectionOf(request);
  const note: Note = {
    ...connection,
    kind,
    module: request.module,
    path: request.path,
    started: new Date().toISOString(),
  };
  if (kind !== "upload" && kind !== "unclear") {
    leaveNote(folder, note);
    return;
  }
  sweepNotes(folder);
  leaveNote(folder, { ...note, kind: "refused" });
  const settings = await loadSettings(options.config, request.module);
  if (settings.enabled) {
    refuseForbidden(forbidden);
    const place = { folder, modulePath: request.path };
    await admitUpload({ request, settings, place, note, force: asksToForce(env) }, options);
  }
  leaveNote(folder, { ...note, started: new Date().toISOString() });
}

function refuseForbidden(option: string | undefined): void {
  if (option !== undefined) {
    throw new Refusal("refused", `${shown(option)} would write into files instead of replacing them; leave it out`);
  }
}

interface Upload {
  request: Request;
  settings: ModuleSettings;
  place: TurnPlace;
  note: Note;
  force: boolean;
}

async function admitUpload(upload: Upload, options: HelperOptions): Promise<void> {
  const { request, settings, place, note, force } = upload;
  const holder = await takeTurn(place, note);
  if (holder !== undefined) {
    throw new Refusal("busy", `another upload to this module, begun at ${holder.since}, is not done; try again later`);
  }
  try {
    const store = openOwnStore(request.path);
    try {
      refuseUnlessDue(store, settings, { now: new Date(), force });
      forgetMirrorSnapshot(store);
      if (mayShareInodes(store)) {
        await prepareModule(upload, options);
      }
    } finally {
      store.close();
    }
  } catch (error) {
    releaseTurn(place, note);
    throw error;
  }
}

/** This connection is inside the old folder already, so it has to come again. */
async function prepareModule({ request, settings, note }: Upload, options: HelperOptions): Promise<never> {
  const [{ withModule }, { detachNow }] = await Promise.all([import("./module-context.ts"), import("./detach-now.ts")]);
  const journal = await openLog(request);
  const { runtimeDirectory } = options;
  await withModule({ request, settings, journal, startedAt: new Date(note.started), runtimeDirectory }, detachNow);
  throw new Refusal("busy", "the server has just made the module ready for uploads; start again");
}

/** The client learns that something is wrong, and nothing of what. */
function unexpected(error: unknown): Refusal {
  const detail = error instanceof BakupError || !(error instanceof Error) ? describeError(error) : error.stack;
  return new Refusal("broken", "the server cannot take an upload now; its log says why", detail);
}

/** rsyncd hands the first line of it to the client, so it must be one. */
function sayToClient(line: string): void {
  try {
    writeSync(1, `${shown(line)}\n`);
  } catch {
    // The client has gone.
  }
}

async function logRefusal(request: Request | undefined, { word, message, detail }: Refusal): Promise<void> {
  const journal = await openLog(request);
  const fields = request === undefined ? { module: "?", client: "?", user: "?" } : logFields(request);
  if (word === "not due") {
    journal.event("uploadNotDue", { ...fields, reason: message });
    return;
  }
  journal.event(word === "broken" ? "uploadImpossible" : "uploadRefused", { ...fields, reason: detail ?? message });
}
