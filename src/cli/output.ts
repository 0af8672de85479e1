import { once } from "node:events";
import { describeError } from "../errors/describe.ts";
import { BakupError } from "../errors/errors.ts";

/** What a command reports, to standard output. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** One of many lines of a report: waits while the reader is slower. */
export async function printSlowly(text: string): Promise<void> {
  await write(`${text}\n`);
}

async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) {
    await once(process.stdout, "drain");
  }
}

/** One JSON value, and nothing else, on standard output. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/**
 * The same for an object one of whose fields is a list that may be too long to be held: its members are made and written
 * one after the other. `value` has the field, empty.
 */
export async function printJsonWithList(value: object, field: string, members: AsyncIterable<unknown>): Promise<void> {
  const empty = `\n  ${JSON.stringify(field)}: []`;
  const [head = "", tail = ""] = JSON.stringify(value, null, 2).split(empty);
  await write(`${head}${empty.slice(0, -1)}`);
  let before = "";
  for await (const member of members) {
    await write(`${before}\n    ${JSON.stringify(member, null, 2).replaceAll("\n", "\n    ")}`);
    before = ",";
  }
  await write(`${before === "" ? "" : "\n  "}]${tail}\n`);
}

/** Everything that is not the report itself goes to standard error. */
export function printNote(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** An error and its hint. What bakup did not expect comes with its stack: somebody has to find the cause. */
export function printError(error: unknown): void {
  if (error instanceof BakupError) {
    printNote(`bakup: ${error.message}`);
    if (error.hint !== undefined) {
      printNote(`  hint: ${error.hint}`);
    }
    return;
  }
  printNote(`bakup: internal error: ${describeError(error)}`);
  if (error instanceof Error && error.stack !== undefined) {
    printNote(error.stack);
  }
}
