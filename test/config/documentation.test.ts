import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { formatComplaint } from "../../src/config/complaint.ts";
import { loadConfiguration } from "../../src/config/load.ts";
import type { KeyRule, SectionRule } from "../../src/config/rule.ts";
import { SCHEMA } from "../../src/config/schema.ts";
import { quote } from "../../src/config/value-syntax.ts";
import { makeFolder } from "./folder.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const manPage = readFileSync(join(root, "man/bakup.conf.5"), "utf8");
const example = readFileSync(join(root, "etc/bakup.conf"), "utf8");
const profileExample = readFileSync(join(root, "etc/profiles.d/laptop.conf.example"), "utf8");

const sections: [name: string, rule: SectionRule][] = Object.entries(SCHEMA);
const keys = sections.flatMap(([section, { keys }]) =>
  Object.entries<KeyRule>(keys).map(([key, rule]) => ({
    section,
    key,
    rule,
    written: `${key}${rule.repeats ? "[]" : ""}`,
  })),
);

/** What the man page says about each key, by section and key as written. */
function readManPage(): Map<string, string> {
  const described = new Map<string, string>();
  for (const [, section = "", body = ""] of manPage.matchAll(/^\.Ss \[(\w+)\]\n([\s\S]*?)(?=^\.S[sh] )/gm)) {
    for (const [, key = "", text = ""] of body.matchAll(/^\.It Ic (\S+)\n([\s\S]*?)(?=^\.It Ic |(?![\s\S]))/gm)) {
      described.set(`${section}.${key}`, text);
    }
  }
  return described;
}

/** Lines that are settings, or a section, once the ";" of settings is removed. */
function uncomment(text: string): string {
  return text.replace(/^;(?=\w)/gm, "");
}

/** Defaults as one would find them in a text. */
function defaultsOf({ default: written, absent }: KeyRule): string[] {
  return written === undefined ? [absent ?? ""] : typeof written === "string" ? [written] : [...written];
}

test("the man page names exactly the keys that exist", () => {
  assert.deepEqual(
    [...readManPage().keys()].sort(),
    keys.map(({ section, written }) => `${section}.${written}`).sort(),
  );
});

for (const { section, written, rule } of keys) {
  test(`the man page and the example give the default of ${section}.${written}`, () => {
    const described = readManPage().get(`${section}.${written}`) ?? "";
    const body = new RegExp(`^\\[${section}\\]\\n([^[]*(?:\\[\\][^[]*)*)`, "m").exec(example)?.[1] ?? "";
    assert.ok(body.includes(`\n;${written} = `) || body.startsWith(`;${written} = `), "the example lacks the key");
    for (const text of defaultsOf(rule).map((text) => text.toLowerCase())) {
      const expected = Array.isArray(rule.default) ? `${written} = ${text}` : text;
      assert.ok(described.toLowerCase().includes(expected), `the man page lacks: ${expected}`);
      assert.ok(body.toLowerCase().includes(expected), `the example lacks: ${expected}`);
    }
  });
}

test("the man page is sound mdoc", (context) => {
  const lint = spawnSync("mandoc", ["-T", "lint", "-W", "warning", join(root, "man/bakup.conf.5")], {
    encoding: "utf8",
  });
  if (lint.error !== undefined) {
    context.skip("mandoc is not installed");
    return;
  }
  assert.equal(lint.stdout, "");
  assert.equal(lint.status, 0);
});

function complaintsAbout(file: string): string[] {
  const result = loadConfiguration({ file });
  return result.ok ? [] : result.complaints.map(formatComplaint);
}

test("the example holds every key, and is valid once its settings are uncommented", (context) => {
  const folder = makeFolder(context, { "user-callback": "#!/bin/sh\n", "timer-callback": "#!/bin/sh\n" });
  const text = uncomment(example)
    .replace("/etc/bakup/user-callback", join(folder, "user-callback"))
    .replace("/etc/bakup/timer-script", join(folder, "timer-callback"));
  const target = makeFolder(context, { "bakup.conf": text });
  assert.deepEqual(complaintsAbout(join(target, "bakup.conf")), []);
});

for (const [form, text] of [
  ["as shipped", profileExample],
  ["uncommented", uncomment(profileExample)],
] as const) {
  test(`the example of a profile is valid beside the shipped bakup.conf, ${form}`, (context) => {
    const folder = makeFolder(context, {
      "bakup.conf": example,
      "user-callback": "#!/bin/sh\n",
    });
    const profile = text.replace("/etc/bakup/user-callback", join(folder, "user-callback"));
    const target = makeFolder(context, { "bakup.conf": example, "profiles.d/laptop.conf": profile });
    assert.deepEqual(complaintsAbout(join(target, "bakup.conf")), []);
  });
}

test("the examples of the man page are valid", (context) => {
  const found = [...manPage.matchAll(/^\.Bd -literal -offset indent\n([\s\S]*?)^\.Ed/gm)].map(
    (match) => match[1] ?? "",
  );
  assert.equal(found.length, 2);
  const place = "[destination]\nlocation = h:/b/l\n";
  for (const text of found) {
    const folder = makeFolder(context, { "bakup.conf": text.includes("[destination]") ? text : `${text}${place}` });
    assert.deepEqual(complaintsAbout(join(folder, "bakup.conf")), []);
  }
});

test("every example and default in the schema is a value that the schema accepts", (context) => {
  const folder = makeFolder(context, { "user-callback": "#!/bin/sh\n", "timer-callback": "#!/bin/sh\n" });
  for (const { section, written, rule } of keys) {
    for (const value of [rule.example, ...(rule.default === undefined ? [] : defaultsOf(rule))]) {
      const real = value.replace(/^\/etc\/bakup\/.*/, join(folder, "user-callback"));
      const timer = written === "timer_arg[]" ? "timer_arg[] = 20h\n" : "";
      const place = written === "location" ? "" : "[destination]\nlocation = h:/mnt/backup/laptop/latest\n";
      const own = `${timer}${written} = ${quote(real)}\n`;
      const text = section === "destination" ? `${place || "[destination]\n"}${own}` : `${place}[${section}]\n${own}`;
      const target = makeFolder(context, { "bakup.conf": text });
      assert.deepEqual(complaintsAbout(join(target, "bakup.conf")), [], text);
    }
  }
});
