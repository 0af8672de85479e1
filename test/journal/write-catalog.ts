// Writes systemd/bakup.catalog. usage: node --import tsx test/journal/write-catalog.ts
import { readFileSync, writeFileSync } from "node:fs";
import { catalogOf } from "./catalog.ts";

writeFileSync("systemd/bakup.catalog", catalogOf(readFileSync("man/bakup-journal.7", "utf8")));
