import { readFileSync } from "node:fs";
import { describeError } from "../../errors/describe.ts";
import { parsePool } from "../config/load.ts";
import { POOL_EXIT, type PoolExitCode } from "../exit-codes.ts";
import { formatIni } from "./ini.ts";
import { importSections } from "./sections.ts";
import { parseXml } from "./xml.ts";

export interface ImportResult {
  exitCode: PoolExitCode;
  /** The pool.conf; "" when there is none. */
  text: string;
  /** For people: what is left to do, and mistakes that bakup finds in the result. */
  notes: string[];
}

/** Turns a cback.conf of Cedar Backup into a pool.conf. @returns 4 when it cannot be read, or the result has mistakes. */
export async function importCedar(file: string): Promise<ImportResult> {
  try {
    const root = await parseXml(readFileSync(file, "utf8"), "cb_config");
    const { sections, notes } = importSections(root);
    const text = `; Made by bakup pool --import from ${file}\n\n${formatIni(sections)}`;
    const loaded = parsePool("pool.conf", Buffer.from(`${text}\n`));
    const mistakes = loaded.ok ? [] : loaded.complaints;
    return { exitCode: loaded.ok ? POOL_EXIT.done : POOL_EXIT.configuration, text, notes: [...notes, ...mistakes] };
  } catch (error) {
    return { exitCode: POOL_EXIT.configuration, text: "", notes: [`bakup: ${file}: ${describeError(error)}`] };
  }
}
