import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { cached } from "../image/cached.ts";
import { buildPackage, packageIn } from "./build-package.ts";

/** Everything that the package is made of. */
const SOURCES = ["src", "systemd", "debian", "man", "etc", "README.md", "package.json", "package-lock.json"];
const BUILD = ["esbuild.config.mjs", "tsconfig.json"];

/** The Debian package of the sources as they are, built unless an earlier test has built it. @returns the path of the .deb */
export async function builtPackage(): Promise<string> {
  const hash = createHash("sha256");
  for (const file of [...SOURCES, ...BUILD].flatMap(filesBelow).sort()) {
    hash.update(`${file}\0`).update(readFileSync(file)).update("\0");
  }
  const folder = await cached("package", [process.version, hash.digest("hex")], async (empty) => {
    await buildPackage(empty);
  });
  return packageIn(folder);
}

function filesBelow(path: string): string[] {
  return statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => filesBelow(join(path, name))) : [path];
}
