// Bundles each executable into one file (start-up time matters: see the README's figures) and the library into another.
import { chmodSync, readFileSync, rmSync } from "node:fs";
import { build } from "esbuild";

const { version } = JSON.parse(readFileSync(new URL("./package.json", import.meta.url), "utf8"));
const shared = {
  bundle: true,
  platform: "node",
  target: "node18.19",
  define: { BAKUP_VERSION: JSON.stringify(version) },
  legalComments: "linked",
  logLevel: "warning",
};

rmSync("dist", { recursive: true, force: true });
for (const name of ["bakup", "bakup-pre-xfer", "bakup-post-xfer"]) {
  await build({
    ...shared,
    entryPoints: [`src/bin/${name}.ts`],
    outfile: `dist/${name}.cjs`,
    format: "cjs",
    banner: { js: "#!/usr/bin/env node" },
  });
  chmodSync(`dist/${name}.cjs`, 0o755);
}
await build({
  ...shared,
  entryPoints: ["src/index.ts"],
  outfile: "dist/index.mjs",
  format: "esm",
  packages: "external",
});
