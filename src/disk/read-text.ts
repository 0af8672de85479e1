import { readFileSync } from "node:fs";

/** The text of a file of the system; empty when there is none. */
export function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
