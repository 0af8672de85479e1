import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { formatComplaint } from "../../src/config/complaint.ts";
import { loadConfiguration } from "../../src/config/load.ts";

const folder = fileURLToPath(new URL("broken", import.meta.url));
const cases = readdirSync(folder).filter((name) => name !== "README");

test("there are enough broken configurations", () => {
  assert.ok(cases.length >= 70, `${cases.length}`);
});

for (const name of cases) {
  const main = join(folder, name, "bakup.conf");
  const file = existsSync(main) ? main : join(folder, name);

  test(`every mistake is reported at its line: ${name}`, () => {
    const expected = [...readFileSync(file, "utf8").matchAll(/^# expect: (.*)$/gm)].map((match) => match[1]);
    const result = loadConfiguration({ file });
    assert.ok(!result.ok && expected.length > 0);
    const found = result.complaints.map((complaint) => formatComplaint(complaint).replaceAll(`${dirname(file)}/`, ""));
    assert.deepEqual(found, expected);
  });
}
