import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CHECKS } from "../../src/doctor/finding.ts";

test("the manual page says of every check what it looks at, in the order of the report", () => {
  const body = /^\.Ss doctor\n([\s\S]*?)^\.Ss /m.exec(readFileSync("man/bakup.1", "utf8"))?.[1] ?? "";
  const described = [...body.matchAll(/^\.It (\w+)\n[A-Z]/gm)].map(([, name]) => name);
  assert.deepEqual(described, [...CHECKS]);
});
