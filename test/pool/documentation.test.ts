import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { buildProgram } from "../../src/cli/program.ts";
import { quote } from "../../src/config/value-syntax.ts";
import { parsePool } from "../../src/pool/config/load.ts";
import type { PoolKeyRule, PoolSectionRule } from "../../src/pool/config/rule.ts";
import { POOL_SECTIONS } from "../../src/pool/config/sections.ts";
import { POOL_EXIT, POOL_EXIT_MEANING } from "../../src/pool/exit-codes.ts";

const page = readFileSync("man/bakup-pool.8", "utf8");
const confPage = readFileSync("man/bakup-pool.conf.5", "utf8");
const example = readFileSync("etc/pool.conf", "utf8");
const command = buildProgram(() => undefined).commands.find((each) => each.name() === "pool");

const sections: [string, PoolSectionRule][] = Object.entries(POOL_SECTIONS);
const titleOf = (family: string) => (family.endsWith("-") ? `${family}NAME` : family);
const written = (key: string, rule: PoolKeyRule) => (rule.repeats ? `${key}[]` : key);

function sectionOf(title: string): string {
  return new RegExp(`^\\.Sh ${title}\\n([\\s\\S]*?)(?=^\\.Sh |(?![\\s\\S]))`, "m").exec(page)?.[1] ?? "";
}

test("the man page describes exactly the switches, with those that every command has", () => {
  const items = sectionOf("SWITCHES")
    .split("\n")
    .filter((line) => line.startsWith(".It Fl "));
  const described = items.flatMap((line) => [...line.matchAll(/(?:Fl|,) (-?[\w-]+)/g)].map((match) => `-${match[1]}`));
  assert.ok(command !== undefined);
  const options = [...command.createHelp().visibleOptions(command)].flatMap(({ short, long }) => [short, long]);
  assert.deepEqual(described.sort(), ["-V", "--version", ...options].filter((flag) => flag !== undefined).sort());
});

test("the man page lists exactly the exit codes, with their meanings", () => {
  const found = [...sectionOf("EXIT STATUS").matchAll(/^\.It (\d+)\n(.*)$/gm)];
  assert.deepEqual(
    found.map(([, code, meaning]) => [Number(code), meaning]),
    Object.values(POOL_EXIT).map((code) => [code, POOL_EXIT_MEANING[code]]),
  );
});

test("the man page of the configuration names exactly the keys that exist, with their defaults", () => {
  for (const [family, { keys }] of sections) {
    const title = titleOf(family);
    const body = confPage.split(`.Ss [${title}]\n`)[1]?.split(/^\.S[sh] /m)[0] ?? "";
    const items = body.split(/^\.It Ic /m).slice(1);
    const described = new Map(items.map((item) => [item.slice(0, item.indexOf("\n")), item.replaceAll("\\&", "")]));
    assert.deepEqual(
      [...described.keys()],
      Object.entries(keys).map(([key, rule]) => written(key, rule)),
      title,
    );
    for (const [key, rule] of Object.entries(keys)) {
      const { required, absent, default: given } = rule;
      const wanted = required ? "Required." : `Default: ${typeof given === "string" ? given : (absent ?? "none")}.`;
      assert.ok(described.get(written(key, rule))?.includes(wanted), `${title} ${key}: ${wanted}`);
    }
  }
});

test("the shipped configuration shows every key of every section", () => {
  for (const [family, { keys }] of sections) {
    const body = example.split(`;[${family.endsWith("-") ? `${family}example` : family}]\n`)[1]?.split(/^;\[\w/m)[0];
    for (const [key, rule] of Object.entries(keys)) {
      assert.ok(body?.includes(`;${written(key, rule)} = ${quote(rule.example)}\n`), `${family} ${key}`);
    }
  }
});

test("each example in the rules is a value that they accept, and so is each default", () => {
  for (const [family, { keys }] of sections) {
    for (const [key, rule] of Object.entries(keys)) {
      const values = [rule.example, ...(typeof rule.default === "string" ? [rule.default] : [])];
      for (const value of values) {
        const text = `[${titleOf(family)}]\n${written(key, rule)} = ${quote(value)}\n`;
        const loaded = parsePool("pool.conf", Buffer.from(text));
        const complaints = loaded.ok ? [] : loaded.complaints.filter((line) => line.startsWith("pool.conf:2:"));
        assert.deepEqual(
          complaints.filter((line) => !/needs a section|lacks|belong together|not both/.test(line)),
          [],
          text,
        );
      }
    }
  }
});

test("the examples of the man page are valid", () => {
  const examples = [...confPage.matchAll(/^\.Bd -literal -offset indent\n([\s\S]*?)^\.Ed/gm)];
  assert.equal(examples.length, 2);
  for (const [, text = ""] of examples) {
    assert.deepEqual(parsePool("pool.conf", Buffer.from(text.replaceAll("\\e", "\\"))).ok, true, text);
  }
});

test("the shipped configuration backs up nothing, and says so", () => {
  const loaded = parsePool("pool.conf", Buffer.from(example));
  assert.deepEqual(loaded, {
    ok: false,
    complaints: ["pool.conf: there is nothing to do; write [collect], [stage], [store] or [purge-…]"],
  });
});

for (const file of ["man/bakup-pool.8", "man/bakup-pool.conf.5"]) {
  test(`${file} is sound mdoc`, () => {
    const { status, stdout } = spawnSync("mandoc", ["-T", "lint", "-W", "warning", file], { encoding: "utf8" });
    assert.equal(stdout, "");
    assert.equal(status, 0);
  });
}
