import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { bashCompletion } from "../../src/cli/completion.ts";
import { buildProgram } from "../../src/cli/program.ts";

const script = fileURLToPath(new URL("../../etc/bash-completion/bakup", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "bakup-completion-"));
after(() => rmSync(folder, { recursive: true, force: true }));
mkdirSync(join(folder, "profiles.d"));
for (const name of ["bakup.conf", "profiles.d/laptop.conf", "profiles.d/lab.conf", "profiles.d/server.conf"]) {
  writeFileSync(join(folder, name), "");
}

/** What the shell offers for the last word. */
function complete(...words: string[]): string[] {
  const line = ["bakup", ...words];
  const shell = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _bakup; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync("bash", ["--norc", "-c", shell, script, ...line], {
    encoding: "utf8",
    cwd: folder,
  });
  assert.equal(stderr, "");
  return stdout.split("\n").filter((word) => word !== "");
}

const config = join(folder, "bakup.conf");

const CASES: [name: string, words: string[], expected: string[]][] = [
  ["commands", ["re"], ["restore", "repair"]],
  ["commands after help", ["help", "un"], ["unpin"]],
  ["the options of the command", ["adopt", "--s"], ["--subfolder", "--store"]],
  ["an option's choices", ["run", "--log-format", "h"], ["human"]],
  ["files for an option that takes one", ["rotate", "--simulate", "bak"], ["bakup.conf"]],
  ["folders for an option that takes one", ["list", "--store", ""], ["profiles.d"]],
  ["nothing for an option with a free value", ["pin", "--reason", ""], []],
  ["profiles by their files", ["list", "--config", config, "la"], ["lab", "laptop"]],
  ["each profile of a command that takes several", ["run", "--config", config, "lab", "s"], ["server"]],
  ["no second profile for a command that takes one", ["list", "--config", config, "lab", ""], []],
  ["paths behind the profile", ["restore", "--config", config, "lab", "bak"], ["bakup.conf"]],
  ["no profile when the store is named", ["find", "--store", "x", "--config", config, "l"], []],
  ["the one profile of a single file", ["list", "--config", join(folder, "profiles.d/lab.conf"), ""], ["main"]],
  ["nothing for a command that does not exist", ["nonsense", "-"], []],
];

for (const [name, words, expected] of CASES) {
  test(`TAB offers ${name}`, () => assert.deepEqual(complete(...words), expected));
}

test("the shipped completion is the one that the command line gives", () => {
  const expected = bashCompletion(buildProgram(() => undefined));
  assert.equal(readFileSync(script, "utf8"), expected, "run: node --import tsx test/cli/write-completion.ts");
});
