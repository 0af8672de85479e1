import assert from "node:assert/strict";
import { test } from "node:test";
import { buildProgram } from "../../src/cli/program.ts";

test("a command that is named is defined alone, and as it is among all", () => {
  const everything = buildProgram(() => undefined).commands;
  assert.ok(everything.length > 20);
  for (const command of everything) {
    const alone = buildProgram(() => undefined, command.name()).commands;
    assert.deepEqual(
      alone.map((each) => each.helpInformation()),
      [command.helpInformation()],
    );
  }
});

test("a word that is no command, and none at all, bring them all", () => {
  for (const word of ["lits", "--version", "help", "constructor", undefined]) {
    assert.ok(buildProgram(() => undefined, word).commands.length > 20, word);
  }
});
