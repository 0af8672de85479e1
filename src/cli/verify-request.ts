import { UsageError } from "../errors/errors.ts";
import type { BudgetLimits } from "../store/verify/budget.ts";
import type { PartRequest } from "../store/verify/choose.ts";
import { parseDurationSeconds } from "../units/duration.ts";
import { parseBytes } from "../units/size.ts";
import type { VerifyCommandOptions } from "./commands/verify.ts";

/** So many parts are enough for one an hour and a year between two looks at a file. */
const MOST_PARTS = 10_000;
const MOST_FILES = 100_000;

/** What a check is asked to do, checked. */
export interface VerifyRequest {
  mode: "manifest" | "source" | "restore";
  part: PartRequest;
  limits: BudgetLimits;
  /** Files of a restore test. */
  count: number;
}

/** @throws UsageError when an option cannot be read, or two of them do not go together. */
export function readVerifyRequest(options: VerifyCommandOptions): VerifyRequest {
  const { source, restoreTest, part, timeLimit, byteLimit, snapshot } = options;
  const mode = source ? "source" : restoreTest === undefined ? "manifest" : "restore";
  const refuse = (wrong: boolean, fact: string) => {
    if (wrong) {
      throw new UsageError(fact);
    }
  };
  refuse(source === true && restoreTest !== undefined, "--source and --restore-test are two different checks");
  refuse(options.new === true && mode !== "manifest", "--new goes with neither --source nor --restore-test");
  refuse(options.new === true && snapshot !== undefined, "--new and --snapshot choose snapshots in two different ways");
  const limited = [part, timeLimit, byteLimit].some((value) => value !== undefined);
  refuse(mode === "restore" && limited, "--part and limits do not go with --restore-test, whose count is its limit");
  return {
    mode,
    part: part === undefined ? { index: 1, of: 1 } : readPart(part),
    limits: {
      seconds: read("--time-limit", timeLimit, parseDurationSeconds, "a duration such as 90m or 2h"),
      bytes: read("--byte-limit", byteLimit, parseBytes, "a size such as 500M or 100G"),
    },
    count: read("--restore-test", restoreTest, parseCount, `a whole number up to ${MOST_FILES}`) ?? 0,
  };
}

function readPart(text: string): PartRequest {
  const [, index, of] = /^(\d+|next)\/(\d+)$/.exec(text) ?? [];
  const total = Number(of);
  const isRight =
    total >= 1 && total <= MOST_PARTS && (index === "next" || (Number(index) >= 1 && Number(index) <= total));
  if (!isRight) {
    throw new UsageError(`--part ${text} is not one of t parts`, { hint: "write it as 2/13, or as next/13" });
  }
  return { index: index === "next" ? "next" : Number(index), of: total };
}

function parseCount(text: string): number | undefined {
  const count = /^\d+$/.test(text) ? Number(text) : 0;
  return count >= 1 && count <= MOST_FILES ? count : undefined;
}

function read(
  option: string,
  text: string | undefined,
  parse: (text: string) => number | undefined,
  what: string,
): number | undefined {
  const value = text === undefined ? undefined : parse(text);
  if (text !== undefined && value === undefined) {
    throw new UsageError(`${option} ${text} is not ${what}`);
  }
  return value;
}
