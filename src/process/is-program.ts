import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Whether a program can be run: found in one of the folders of a PATH, unless its name is a path itself. */
export function isProgram(name: string, path = process.env.PATH ?? ""): boolean {
  const places = name.includes("/") ? [name] : path.split(delimiter).map((folder) => join(folder, name));
  return places.some(canRun);
}

function canRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
