import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { SCHEMA } from "../../src/config/schema.ts";
import { KEYS, parseSettings, settingsFor } from "../../src/xfer/parse-settings.ts";
import { DEFAULT_SETTINGS, loadSettings } from "../../src/xfer/settings.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const manPage = readFileSync(`${root}man/bakup-xfer.conf.5`, "utf8");
const example = readFileSync(`${root}etc/xfer.conf`, "utf8");

function settings(text: string, module: string) {
  return settingsFor(parseSettings("xfer.conf", Buffer.from(text)), module);
}

function complaints(text: string): string[] {
  try {
    parseSettings("xfer.conf", Buffer.from(text));
    return [];
  } catch (error) {
    return (error as Error).message.split("\n");
  }
}

test("without a file, and with an empty one, every module has the defaults", async () => {
  assert.deepEqual(await loadSettings("/nowhere/xfer.conf", "m"), DEFAULT_SETTINGS);
  assert.deepEqual(settings("", "m"), DEFAULT_SETTINGS);
});

test("a module's section wins over the defaults, and any frequency replaces all of theirs", () => {
  const text =
    "[default]\nhourly = 3\ndaily = 4\nrelaxed = yes\nallow_force = no\n[laptop]\nweekly = 5\nallow_force = yes\n";
  const laptop = settings(text, "laptop");
  assert.deepEqual(laptop.rotation.scheme, { weekly: 5 });
  assert.deepEqual([laptop.rotation.relaxed, laptop.allowForce], [true, true]);
  assert.deepEqual(settings(text, "other").rotation.scheme, { hourly: 3, daily: 4 });
  assert.equal(settings(text, "other").allowForce, false);
});

test("a section can be about a module with any name", () => {
  const text =
    "[default]\nenabled = no\n[home]\nmodule = my laptop.home\nenabled = yes\ntimer_arg[] = 20h\ntimer_arg[] = always\n";
  assert.equal(settings(text, "my laptop.home").enabled, true);
  assert.deepEqual(settings(text, "my laptop.home").timerArgs, ["20h", "always"]);
  assert.equal(settings(text, "home").enabled, false);
  assert.equal(settings(text, "home").timerArgs, undefined);
});

const BROKEN: readonly [text: string, ...expected: RegExp[]][] = [
  ["[laptop]\nhourley = 3\n", /^xfer\.conf:2: \[laptop\] has no key hourley; did you mean "hourly"\?$/],
  ["[laptop]\nhourly = 0\n", /^xfer\.conf:2: hourly must be a whole number above 0/],
  ["[laptop]\nallow_force = perhaps\n", /^xfer\.conf:2: allow_force must be yes or no/],
  ["[laptop]\ntimer_arg = 20h\n", /^xfer\.conf:2: timer_arg may be given several times/],
  ["[laptop]\ntimer_arg[] = soon\ntimer_arg[] = always\n", /^xfer\.conf:2: "soon" is not an interval/],
  ["[laptop]\ntimer_arg[] = 20h\n", /^xfer\.conf:2: no time band follows/],
  ["[a]\nmodule = m\n[b]\nmodule = m\n", /^xfer\.conf:3: another section is about the module "m" already/],
  ["[a.b]\nhourly = 1\n", /^xfer\.conf:1: the section "a\.b" has a dot/],
  ["hourly = 1\n", /^xfer\.conf:1: hourly stands before the first/],
  ["[a]\ndaily = x\n[b]\nnothing\n", /^xfer\.conf:2: /, /^xfer\.conf:4: there is no "="/],
];

for (const [text, ...expected] of BROKEN) {
  test(`${JSON.stringify(text)} is reported with its line`, () => {
    const found = complaints(text);
    assert.equal(found.length, expected.length, found.join("\n"));
    for (const [index, pattern] of expected.entries()) {
      assert.match(found[index] ?? "", pattern);
    }
  });
}

test("the shipped file holds every key, and is valid as it is and with its settings uncommented", () => {
  assert.deepEqual(complaints(example), []);
  const text = example.replace(/^;(?=[\w[])/gm, "");
  assert.deepEqual(complaints(text), []);
  for (const key of ["module", ...Object.keys(KEYS)]) {
    assert.match(example, new RegExp(`^;${key}(\\[\\])? = `, "m"));
  }
});

test("the man page names exactly the keys that exist", () => {
  const described = [...manPage.matchAll(/^\.It Ic (\w+)(?:\[\])?$/gm)].map(([, key]) => key);
  assert.deepEqual(described.sort(), ["module", ...Object.keys(KEYS)].sort());
  assert.ok(Object.keys(SCHEMA.rotation.keys).every((key) => described.includes(key)));
});

for (const page of ["bakup-xfer.8", "bakup-xfer.conf.5"]) {
  test(`${page} is sound mdoc`, (context) => {
    const lint = spawnSync("mandoc", ["-T", "lint", "-W", "warning", `${root}man/${page}`], { encoding: "utf8" });
    if (lint.error !== undefined) {
      context.skip("mandoc is not installed");
      return;
    }
    assert.equal(lint.stdout, "");
  });
}
