import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makePlace } from "../cli/place.ts";
import { BAKUP } from "./child.ts";

const ANSWERS: readonly [command: readonly string[], code: number][] = [
  [["due"], 1],
  [["run", "--timed"], 5],
  [["run"], 5],
  [["history"], 5],
  [["watch"], 5],
];

for (const [command, code] of ANSWERS) {
  test(`a file in place of the state folder: bakup ${command.join(" ")} says so, and ends with ${code}`, (t) => {
    const { folder, write } = makePlace(t, "[schedule]\ntimer_arg[] = 20h\ntimer_arg[] = always\n");
    write("file", "precious");
    rmSync(join(folder, "state"), { recursive: true });
    writeFileSync(join(folder, "state"), "");
    const [program = "", ...args] = [...BAKUP, ...command, "--config", join(folder, "bakup.conf")];
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
    assert.equal(status, code, stderr);
    assert.match(stdout + stderr, /cannot remember anything in .*\/state: a file stands where a folder belongs/);
  });
}
