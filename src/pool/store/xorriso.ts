import type { CommandResult } from "../../process/command.ts";
import type { PoolContext } from "../context.ts";
import { ActionError } from "../errors.ts";
import { runTool } from "../tool.ts";
import type { StagedDay } from "./choose-day.ts";
import { SECTOR_BYTES } from "./media.ts";

/** What is in the drive. */
export interface Disc {
  isBlank: boolean;
  /** Of the newest session; "" when there is none. */
  label: string;
  /** Where the next session would begin. */
  usedSectors: number;
  /** What the drive says can still be written, and what the disc holds in all. */
  writableBytes: number;
  overallBytes: number;
}

/** A session that is to be written. */
export interface Session {
  device: string;
  isNew: boolean;
  label: string;
  days: readonly StagedDay[];
  /** Folders of the disc that give way to those days. */
  replaced: readonly string[];
}

/** Looks at the disc. @throws ActionError when there is none, or the drive cannot be used. */
export async function readDisc(context: PoolContext, device: string): Promise<Disc> {
  const text = await xorriso(context, ["-indev", device, "-toc"]);
  const labels = [...text.matchAll(/^ISO session {2}: +\d+ , +\d+ , +\d+s , (.*)$/gm)].map((match) => match[1]?.trim());
  const [, writable = "0", overall = "0"] =
    /^Media blocks : \d+ readable , (\d+) writable , (\d+) overall/m.exec(text) ?? [];
  return {
    isBlank: /^Media status : is blank/m.test(text),
    label: labels.at(-1) ?? "",
    usedSectors: Number(/^Media nwa {4}: (\d+)s/m.exec(text)?.[1] ?? 0),
    writableBytes: Number(writable) * SECTOR_BYTES,
    overallBytes: Number(overall) * SECTOR_BYTES,
  };
}

/** The folders /YYYY/MM/DD of a disc. */
export async function listDiscDays(context: PoolContext, device: string): Promise<string[]> {
  const text = await xorriso(context, ["-indev", device, "-find", "/", "-maxdepth", "3", "-type", "d", "--"]);
  return [...text.matchAll(/^'?(\/\d{4}\/\d{2}\/\d{2})'?$/gm)].map((match) => match[1] ?? "");
}

/** How many bytes a session would take. Writes nothing. */
export async function measureSession(context: PoolContext, session: Session): Promise<number> {
  const text = await xorriso(context, [...sessionArgs(session), "-print_size", "-rollback_end"]);
  const sectors = /^Image size {3}: (\d+)s/m.exec(text)?.[1];
  if (sectors === undefined) {
    throw new ActionError("xorriso does not say how large the session will be");
  }
  return Number(sectors) * SECTOR_BYTES;
}

/** Writes a session, at a multiple of the disc's simple speed. @throws ActionError when it is not whole. */
export async function writeSession(context: PoolContext, session: Session, speed: number | undefined): Promise<void> {
  const blank = session.isNew ? ["-blank", "as_needed"] : [];
  const atSpeed = speed === undefined ? [] : ["-speed", `${speed}x`];
  await xorriso(context, [...sessionArgs(session, blank), ...atSpeed, "-commit"]);
}

/** `-md5 on` must stand before the drive, or what is on the disc already loses its checksums. */
function sessionArgs({ device, isNew, label, days, replaced }: Session, blank: readonly string[] = []): string[] {
  const gone = replaced.flatMap((folder) => ["-rm_r", folder, "--"]);
  const maps = days.flatMap(({ day, dir }) => ["-map", dir, `/${day}`]);
  return ["-md5", "on", "-for_backup", isNew ? "-outdev" : "-dev", device, ...blank, "-volid", label, ...gone, ...maps];
}

/**
 * Reads the disc: every file of it against its recorded checksum, and the files of the given days against the staged
 * ones. @returns what does not agree, one thing a line; nothing when all is well.
 */
export async function checkDisc(context: PoolContext, device: string, days: readonly StagedDay[]): Promise<string[]> {
  const found: string[] = [];
  const sums = await run(context, ["-md5", "on", "-indev", device, "-check_md5_r", "SORRY", "/", "--"]);
  const text = sums.stdout.toString();
  if (!/^File contents and their MD5 checksums match/m.test(text)) {
    const mismatches = [...text.matchAll(/^MD5 MISMATCH: (.*)$/gm)].map(([, path]) => `${path} has another checksum`);
    found.push(...(mismatches.length > 0 ? mismatches : [`it cannot be read: ${complaintOf(sums)}`]));
  }
  for (const { day, dir } of days) {
    const result = await run(context, ["-indev", device, "-compare_r", dir, `/${day}`]);
    const lines = result.stdout.toString().split("\n");
    if (!lines.some((line) => line.startsWith("Both file objects match"))) {
      const differences = lines.filter((line) => /^[-+] /.test(line) || / differs /.test(line));
      found.push(...(differences.length > 0 ? differences : [`${dir} cannot be compared: ${complaintOf(result)}`]));
    }
  }
  return found;
}

/** Opens the tray. */
export async function eject(context: PoolContext, device: string): Promise<void> {
  await xorriso(context, ["-outdev", device, "-eject", "all"]);
}

async function xorriso(context: PoolContext, args: readonly string[]): Promise<string> {
  const result = await run(context, args);
  if (result.exitCode !== 0) {
    throw new ActionError(`xorriso failed: ${complaintOf(result)}`);
  }
  return result.stdout.toString();
}

function run(context: PoolContext, args: readonly string[]): Promise<CommandResult> {
  const always = ["-no_rc", "-report_about", "WARNING", "-abort_on", "FAILURE", "-return_with", "SORRY", "32"];
  return runTool(context, ["xorriso", ...always, ...args]);
}

/** The first line in which it says what is wrong; the last one says only that it gives up. */
function complaintOf({ stderr, exitCode }: CommandResult): string {
  const lines = stderr.toString().split("\n");
  const line = lines.find((each) => / (?:SORRY|MISHAP|FAILURE|FATAL|ABORT) : /.test(each));
  return line?.replace(/^xorriso : \w+ : /, "") ?? `exit code ${exitCode}`;
}
