import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { CALLBACK_ERROR, CALLBACK_ERROR_MEANING, REASON, REASON_MEANING } from "../../src/callback/reasons.ts";
import { EXIT } from "../../src/errors/exit-codes.ts";

const page = fileURLToPath(new URL("../../man/bakup-callback.7", import.meta.url));
const text = readFileSync(page, "utf8");

function listed(macro: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(new RegExp(`^\\.It ${macro} (\\d+)\\n(.*)$`, "gm"))].map((m) => [m[1], m[2]]),
  );
}

test("the manual page lists exactly the reasons, in the same words", () => {
  assert.deepEqual(listed("Cm"), REASON_MEANING);
  assert.deepEqual(Object.values(REASON).map(String), Object.keys(REASON_MEANING));
});

test("the manual page lists exactly the error codes, in the same words", () => {
  assert.deepEqual(listed("Er"), CALLBACK_ERROR_MEANING);
  assert.deepEqual(Object.values(CALLBACK_ERROR).map(String), Object.keys(CALLBACK_ERROR_MEANING));
});

test("each error code is the exit code of the same name", () => {
  for (const [name, code] of Object.entries(CALLBACK_ERROR)) {
    assert.equal(EXIT[name as keyof typeof EXIT], code, name);
  }
});

test("the manual page names exactly the examples that are shipped", () => {
  const shipped = readdirSync(new URL("../../etc/callback-examples/", import.meta.url)).sort();
  const named = [...text.matchAll(/^\.It Pa callback-examples\/(\S+)$/gm)].map((match) => match[1]).sort();
  assert.deepEqual(named, shipped);
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
