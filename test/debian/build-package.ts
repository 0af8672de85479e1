import { readdirSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "../../src/process/command.ts";

/** Builds the Debian package into a folder. @returns the path of the .deb */
export async function buildPackage(folder: string): Promise<string> {
  const { exitCode, stderr } = await runCommand("sh", ["debian/build-package.sh", folder]);
  if (exitCode !== 0) {
    throw new Error(`the package could not be built: ${stderr}`);
  }
  return packageIn(folder);
}

/** The path of the .deb in a folder. */
export function packageIn(folder: string): string {
  const [name] = readdirSync(folder).filter((entry) => entry.endsWith(".deb"));
  if (name === undefined) {
    throw new Error(`there is no package in ${folder}`);
  }
  return join(folder, name);
}
