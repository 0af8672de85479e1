// Bundles the executables and the library, and compiles the system calls that Node.js does not have. Start-up time matters
// (npm run bench measures it), and it grows with the size and number of files: `bakup` itself is only the command line,
// and each command is one file that has all it needs.
import { execFileSync } from "node:child_process";
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { build } from "esbuild";

const { version } = JSON.parse(readFileSync(new URL("./package.json", import.meta.url), "utf8"));
const shared = {
  bundle: true,
  platform: "node",
  target: "node18.19",
  define: { BAKUP_VERSION: JSON.stringify(version), BAKUP_ADDON: '"bakup.node"' },
  // node_modules may be a link; the bundle must not tell where it led.
  preserveSymlinks: true,
  // dbus-next would ask an X server for the address of a session bus, which bakup never needs.
  external: ["x11"],
  legalComments: "none",
  logLevel: "warning",
};

/** For CommonJS. */
const define = { ...shared.define, "import.meta.dirname": "__dirname" };

/** What few runs need is beside the executables, which load it with `import()` only then. */
const LATER = {
  dbus: { imported: /^dbus-next$/, entry: "node_modules/dbus-next/index.js" },
  xml: { imported: /^fast-xml-parser$/, entry: "node_modules/fast-xml-parser/src/fxp.js" },
  s3: { imported: /\/sdk\.ts$/, entry: "src/pool/s3/sdk.ts" },
};

/** A plugin that leaves those imports as they are, but for the name of the file. */
function loadedLater(folder = ".") {
  return {
    name: "loaded-later",
    setup(setup) {
      for (const [name, { imported }] of Object.entries(LATER)) {
        setup.onResolve({ filter: imported }, ({ kind }) =>
          kind === "dynamic-import" ? { path: `${folder}/${name}.cjs`, external: true } : undefined,
        );
      }
    },
  };
}

/**
 * A run makes much that it needs for a moment only: with a small heap for that, and code that is kept small, it takes a
 * third less memory and no more time. A process cannot give itself these options.
 */
const INTERPRETER = "#!/usr/bin/env -S node --max-semi-space-size=2 --optimize-for-size";

/** The sources of the commands, as the command line imports them. */
const commands = new Set();

/** A plugin that leaves out the work of each command, and notes where it is. */
const withoutCommands = {
  name: "without-commands",
  setup(setup) {
    setup.onResolve({ filter: /^\.\./ }, ({ kind, path, resolveDir }) => {
      if (kind !== "dynamic-import" || relative("src/cli/commands", resolveDir) !== "") {
        return undefined;
      }
      const name = basename(path, ".ts");
      const source = join(resolveDir, path);
      if ([...commands].some((known) => known !== source && basename(known, ".ts") === name)) {
        throw new Error(`two commands are done by files named ${name}.ts: one would take the other's place in dist/`);
      }
      commands.add(source);
      return { path: `./commands/${name}.cjs`, external: true };
    });
  },
};

/** A plugin for files that work together: an error that one throws is known to the others, as there is one class of it. */
function oneOfEachError(path) {
  return {
    name: "one-of-each-error",
    setup(setup) {
      setup.onResolve({ filter: /(^|\/)errors\.ts$/ }, ({ path: imported, resolveDir }) =>
        relative("src/errors/errors.ts", join(resolveDir, imported)) === "" ? { path, external: true } : undefined,
      );
    },
  };
}

rmSync("dist", { recursive: true, force: true });
const bundled = new Set();
await bundle("src/errors/errors.ts", "errors");
await executable("bakup", [withoutCommands, oneOfEachError("./errors.cjs")]);
for (const command of commands) {
  await bundle(command, `commands/${basename(command, ".ts")}`, {
    define: { ...define, BAKUP_ADDON: '"../bakup.node"' },
    plugins: [loadedLater(".."), oneOfEachError("../errors.cjs")],
  });
}
for (const name of ["bakup-pre-xfer", "bakup-post-xfer"]) {
  await executable(name, [loadedLater()]);
}
for (const [name, { entry }] of Object.entries(LATER)) {
  await bundle(entry, name, { plugins: [loadedLater()] });
}
// The library once more, for the Debian package, which brings no node_modules.
await bundle("src/index.ts", "library", { plugins: [loadedLater()] });

async function executable(name, plugins) {
  await bundle(`src/bin/${name}.ts`, name, { banner: { js: INTERPRETER }, plugins });
  chmodSync(`dist/${name}.cjs`, 0o755);
}

/** One file for Node.js; notes the packages whose code is in it. */
async function bundle(entry, name, options) {
  const { metafile } = await build({
    ...shared,
    define,
    ...options,
    entryPoints: [entry],
    outfile: `dist/${name}.cjs`,
    format: "cjs",
    // require() instead: import() would start Node's second loader, which reads each file once more.
    supported: { "dynamic-import": false },
    metafile: true,
  });
  for (const input of Object.keys(metafile.inputs)) {
    const [folder] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? [];
    if (folder !== undefined) {
      bundled.add(folder);
    }
  }
}
writeFileSync("dist/third-party-licenses.txt", [...bundled].sort().map(licenseOf).join("\n"));

await build({
  ...shared,
  entryPoints: ["src/index.ts"],
  outfile: "dist/index.mjs",
  format: "esm",
  packages: "external",
});

/** Of the addon. */
const SOURCES = [
  "src/process/addon.c",
  "src/process/end.c",
  "src/process/memory.c",
  "src/process/pipe.c",
  "src/lock/lock-file.c",
  "src/systemd/datagram.c",
  "src/store/change-names.c",
  "src/store/manifest/hash-files.c",
  "src/store/remove-tree.c",
  "src/store/renew-folder.c",
  "src/transfer/copy-files.c",
  "src/transfer/find-attributes.c",
  "src/tree/file-work.c",
  "src/tree/folder.c",
  "src/tree/list-folders.c",
  "src/tree/list-tree.c",
  "src/tree/pieces.c",
  "src/tree/survey-tree.c",
];

const { CC = "cc", CPPFLAGS = "", CFLAGS = "-O2", LDFLAGS = "" } = process.env;
const flags = (text) => text.split(" ").filter((flag) => flag !== "");
execFileSync(
  CC,
  [
    ...["-shared", "-fPIC", "-Wall", "-Wextra", "-I", "node_modules/node-api-headers/include"],
    ...[...flags(CPPFLAGS), ...flags(CFLAGS), ...SOURCES, ...flags(LDFLAGS), "-o", "dist/bakup.node"],
  ],
  { stdio: "inherit" },
);

/** The name, version and licence of a package whose code is in the executables. */
function licenseOf(folder) {
  const { name, version: ofPackage, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? "" : readFileSync(`${folder}/${file}`, "utf8").trim();
  const known = license?.type ?? license ?? (text === "" ? undefined : "as follows");
  if (known === undefined) {
    throw new Error(`${folder} says nothing of its licence, so it cannot be in the executables`);
  }
  return `${"=".repeat(80)}\n${name} ${ofPackage}: ${known}\n${"=".repeat(80)}\n${text}\n`;
}
