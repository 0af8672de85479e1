import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bashCompletion } from "../../src/cli/completion.ts";
import { buildProgram } from "../../src/cli/program.ts";

// Run it after a change of the command line: node --import tsx test/cli/write-completion.ts
const folder = new URL("../../etc/bash-completion/", import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(fileURLToPath(new URL("bakup", folder)), bashCompletion(buildProgram(() => undefined)));
