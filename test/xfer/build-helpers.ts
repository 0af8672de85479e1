import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const bin = fileURLToPath(new URL("../../src/bin/", import.meta.url));
const addon = fileURLToPath(new URL("../../dist/bakup.node", import.meta.url));

/** Bundles both helpers as the package does, so that their start-up is the real one. @returns their folder. */
export async function buildHelpers(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "bakup-helpers-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  copyFileSync(addon, join(folder, "bakup.node"));
  for (const name of ["bakup-pre-xfer", "bakup-post-xfer"]) {
    await build({
      bundle: true,
      platform: "node",
      target: "node18.19",
      format: "cjs",
      legalComments: "none",
      logLevel: "error",
      define: { BAKUP_ADDON: '"bakup.node"', "import.meta.dirname": "__dirname" },
      entryPoints: [join(bin, `${name}.ts`)],
      outfile: join(folder, `${name}.cjs`),
    });
  }
  return folder;
}
