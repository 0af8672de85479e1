import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { loadConfiguration } from "../../src/config/load.ts";
import { RETRY_SECONDS } from "../../src/run/reach.ts";
import { makeFolder } from "../config/folder.ts";

const page = readFileSync("man/bakup-receive.7", "utf8");

test("the page is sound mdoc", () => {
  const { stdout } = spawnSync("mandoc", ["-T", "lint", "-W", "warning", "man/bakup-receive.7"], { encoding: "utf8" });
  assert.equal(stdout, "");
});

test("the destinations of the page are valid", (t) => {
  const examples = [...page.matchAll(/^(\[destination\]\n[\s\S]*?)^\.Ed/gm)].map(([, text = ""]) => text);
  assert.equal(examples.length, 3);
  for (const text of examples) {
    const file = `${makeFolder(t, { "bakup.conf": text })}/bakup.conf`;
    const loaded = loadConfiguration({ file });
    assert.ok(loaded.ok, text);
  }
});

test("the page gives the pauses before each new try", () => {
  const [first, second, third] = RETRY_SECONDS;
  assert.match(page, new RegExp(`waits ${first}, then ${second}, then ${third} seconds`));
});
