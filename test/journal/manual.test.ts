import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { fieldName } from "../../src/journal/formats.ts";
import { MESSAGES } from "../../src/journal/messages.ts";
import { catalogOf } from "./catalog.ts";

const page = fileURLToPath(new URL("../../man/bakup-journal.7", import.meta.url));
const text = readFileSync(page, "utf8");

function fieldsOf(template: string): string[] {
  return [...template.matchAll(/\{(\w+)/g)].map((match) => fieldName(match[1] ?? ""));
}

test("the manual page lists exactly the kinds of messages, each with level, id, fields and a meaning", () => {
  const item =
    /^\.It Ic (\w+)\n([A-Z].+(?:\n.+)*?)\n\.Bd -literal -compact\n(\w+) {2}([0-9a-f]+)\n(?:(BAKUP_.*)\n)?\.Ed$/gm;
  const listed = [...text.matchAll(item)].map(([, name, , level, id, fields = ""]) => [name, level, id, fields]);
  const expected = Object.entries(MESSAGES).map(([name, message]) => [
    name,
    message.level,
    message.id,
    fieldsOf(message.text).join(", "),
  ]);
  assert.deepEqual(listed, expected);
});

test("the manual page describes each field once, and no other", () => {
  const described = [...text.matchAll(/^\.It Va (\w+)\n[A-Z]/gm)].map((match) => match[1]).sort();
  const common = ["MESSAGE", "PRIORITY", "MESSAGE_ID", "OBJECT_SYSTEMD_UNIT"];
  const own = ["KIND", "TIME", "PROFILE", "RUN", "STEP", "HINT", "STREAM", "MADE", "CONDITION"].map(
    (name) => `BAKUP_${name}`,
  );
  const used = Object.values(MESSAGES).flatMap((message) => fieldsOf(message.text));
  assert.deepEqual(described, [...new Set([...common, ...own, ...used])].sort());
});

test("systemd's catalogue is what the manual page says", () => {
  const renew = "it is not up to date: node --import tsx test/journal/write-catalog.ts";
  assert.ok(readFileSync("systemd/bakup.catalog", "utf8") === catalogOf(text), renew);
});

test("each message has an id of its own, of 32 hexadecimal digits", () => {
  const ids = Object.values(MESSAGES).map((message) => message.id);
  assert.ok(ids.every((id) => /^[0-9a-f]{32}$/.test(id)));
  assert.equal(new Set(ids).size, ids.length);
});

test("the manual page is free of mandoc's warnings", { skip: !hasMandoc() && "mandoc is not installed" }, () => {
  assert.equal(execFileSync("mandoc", ["-T", "lint", "-W", "warning", page], { encoding: "utf8" }), "");
});

function hasMandoc(): boolean {
  try {
    execFileSync("mandoc", ["-T", "ascii", page], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
