import { describeError } from "../errors/describe.ts";
import { BakupError, UsageError } from "../errors/errors.ts";
import type { ExitCode } from "../errors/exit-codes.ts";
import type { Journal } from "../journal/journal.ts";
import { executeJob } from "../run/execute.ts";
import type { Job } from "../run/job.ts";
import type { Handover, HandoverReport } from "../store/handover.ts";
import { printJson } from "./output.ts";

/**
 * Completes the run of another machine that has filled a mirror here: `bakup backup --handover`. What that run knows
 * stands on standard input; the report goes to standard output.
 */
export async function runHandover(job: Job, options: { journal: Journal; signal: AbortSignal }): Promise<ExitCode> {
  const handover = parseHandover(await readInput());
  const { error, exitCode, record, removed, warnings } = await executeJob(
    { ...job, handover, rotation: handover.rotation, skipUnchanged: handover.skipUnchanged },
    { ...options, now: new Date(handover.started) },
  );
  const hint = error instanceof BakupError ? error.hint : undefined;
  const report: HandoverReport = {
    exitCode,
    removed,
    warnings,
    ...(record === undefined ? {} : { record }),
    ...(error === undefined ? {} : { error: describeError(error) }),
    ...(hint === undefined ? {} : { hint }),
  };
  printJson(report);
  return exitCode;
}

async function readInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}

/** It comes from a bakup over a connection that checks what it carries: only an unlike version is to be feared. */
function parseHandover(text: string): Handover {
  let handover: Partial<Handover> = {};
  try {
    handover = JSON.parse(text);
  } catch {
    // Said below.
  }
  const { started, host, profile, source, rotation } = handover;
  const texts = [started, host, profile, source];
  if (!texts.every((value) => typeof value === "string") || typeof rotation?.scheme !== "object") {
    throw new UsageError("--handover wants to be told on standard input what another machine's bakup has done", {
      hint: "it is for bakup itself; leave it out",
    });
  }
  return handover as Handover;
}
