import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { buildProgram } from "../../src/cli/program.ts";
import { EXIT, EXIT_MEANING } from "../../src/errors/exit-codes.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const file = join(root, "man/bakup.1");
const manPage = readFileSync(file, "utf8");
const program = buildProgram(() => undefined);
const commands = program.commands.filter((command) => command.name() !== "help");

function sectionOf(name: string): string {
  return new RegExp(`^\\.Sh ${name}\\n([\\s\\S]*?)(?=^\\.Sh |(?![\\s\\S]))`, "m").exec(manPage)?.[1] ?? "";
}

/** The subsections of a section by their titles. */
function subsectionsOf(name: string): Map<string, string> {
  const found = `${sectionOf(name)}.Ss `.matchAll(/^\.Ss (.+)\n([\s\S]*?)(?=^\.Ss )/gm);
  return new Map([...found].map(([, title = "", body = ""]) => [title, body]));
}

/** The options that a part of the page describes, as "-n" and "--dry-run". */
function flagsIn(text: string): string[] {
  const items = text.split("\n").filter((line) => line.startsWith(".It Fl "));
  return items.flatMap((line) => [...line.matchAll(/Fl (\S+)/g)].map(([, name]) => `-${name}`)).sort();
}

/** Also of options that the help does not show. */
function flagsOf(command: Command): string[] {
  const options = new Set([...command.createHelp().visibleOptions(command), ...command.options]);
  return [...options].flatMap(({ short, long }) => [short, long]).filter((flag) => flag !== undefined);
}

const described = subsectionsOf("COMMANDS");
const common = flagsIn(sectionOf("COMMON OPTIONS"));

test("the man page describes exactly the commands that exist", () => {
  assert.deepEqual([...described.keys()].sort(), commands.map((command) => command.name()).sort());
});

for (const command of commands) {
  const name = command.name();

  // Its switches and exit codes are those of cback(1), and have a page of their own.
  if (name !== "pool") {
    test(`the man page describes exactly the options of ${name}`, () => {
      assert.deepEqual([...flagsIn(described.get(name) ?? ""), ...common].sort(), flagsOf(command).sort());
    });
  }

  test(`the man page gives the usage of ${name}`, () => {
    const usage = `bakup ${name} ${command.usage()}`.trim();
    assert.equal(/^\.Dl (.*)$/m.exec(described.get(name) ?? "")?.[1], usage);
  });

  test(`the help of ${name} describes every option and says what the command does`, () => {
    assert.notEqual(command.description(), "");
    for (const option of command.options) {
      assert.notEqual(option.description, "", option.flags);
    }
  });
}

test("the man page lists exactly the exit codes, with their meanings", () => {
  const found = [...sectionOf("EXIT STATUS").matchAll(/^\.It (\d+)\n(.*)$/gm)];
  assert.deepEqual(
    found.map(([, code = "", meaning]) => [Number(code), meaning]),
    Object.values(EXIT).map((code) => [code, EXIT_MEANING[code]]),
  );
});

test("the man page describes the JSON of exactly the commands that have it", () => {
  const titles = [...subsectionsOf("JSON").keys()].flatMap((title) => title.split(", "));
  const withJson = commands.filter((command) => flagsOf(command).includes("--json"));
  assert.deepEqual(titles.sort(), withJson.map((command) => `${command.name()} --json`).sort());
});

test("the commands in the examples of the man page exist, with their options", () => {
  const examples = [...sectionOf("EXAMPLES").matchAll(/bakup (\w+)([^\n|]*)/g)];
  assert.ok(examples.length > 5);
  for (const [line, name, rest = ""] of examples) {
    const command = commands.find((each) => each.name() === name);
    assert.ok(command !== undefined, line);
    for (const [flag] of rest.matchAll(/(?<= )--\w[\w-]*/g)) {
      assert.ok(flagsOf(command).includes(flag), line);
    }
  }
});

test("the man page is sound mdoc", (context) => {
  const lint = spawnSync("mandoc", ["-T", "lint", "-W", "warning", file], { encoding: "utf8" });
  if (lint.error !== undefined) {
    context.skip("mandoc is not installed");
    return;
  }
  assert.equal(lint.stdout, "");
  assert.equal(lint.status, 0);
});
