import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { PUBLISHED } from "../../src/cli/schema/published.ts";
import { schemaText } from "./schema-text.ts";

// Run it after a change of what a command prints with --json: node --import tsx test/cli/write-schemas.ts
const folder = new URL("../../etc/schema/", import.meta.url);
mkdirSync(folder, { recursive: true });
for (const name of Object.keys(PUBLISHED)) {
  writeFileSync(fileURLToPath(new URL(`${name}.json`, folder)), schemaText(name));
}
