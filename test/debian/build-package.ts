import { readdirSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "../../src/process/command.ts";

/** Builds the Debian package into a folder. @returns the path of the .deb */
export async function buildPackage(folder: string): Promise<string> {
  const { exitCode, stderr } = await runCommand("sh", ["debian/build-package.sh", folder]);
  const [name] = readdirSync(folder).filter((entry) => entry.endsWith(".deb"));
  if (exitCode !== 0 || name === undefined) {
    throw new Error(`the package could not be built: ${stderr}`);
  }
  return join(folder, name);
}
