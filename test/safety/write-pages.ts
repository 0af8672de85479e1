// Makes the tables of bakup-safety(7) and bakup-security(7) from what was recorded.
// usage: node --import tsx test/safety/write-pages.ts
import { readFileSync, writeFileSync } from "node:fs";
import { withParts } from "./page.ts";
import { PAGES } from "./pages.ts";

for (const { file, parts } of PAGES) {
  writeFileSync(file, withParts(readFileSync(file, "utf8"), parts));
}
