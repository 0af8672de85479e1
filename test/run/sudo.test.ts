import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, test } from "node:test";

const NOBODY = 65_534;
const top = mkdtempSync(join(tmpdir(), "bakup-sudo-"));
after(() => rmSync(top, { recursive: true }));
chmodSync(top, 0o755);
for (const name of ["bin", "source", "out"]) {
  mkdirSync(join(top, name));
  chmodSync(join(top, name), 0o777);
}
writeFileSync(join(top, "source/file"), "x");

/** Stands in for sudo: notes its arguments and ends with 42. */
function fakeSudo(): void {
  writeFileSync(join(top, "bin/sudo"), `#!/bin/sh\nprintf '%s\\n' "$@" >"${top}/out/sudo"\nexit 42\n`);
  chmodSync(join(top, "bin/sudo"), 0o755);
}

/** The command as an ordinary user. */
function bakupAsNobody(args: string[]) {
  const program = [process.execPath, "--import", import.meta.resolve("tsx"), resolve("src/bin/bakup.ts"), ...args];
  const env = {
    ...process.env,
    PATH: `${top}/bin:${process.env.PATH}`,
    HOME: top,
    STATE_DIRECTORY: `${top}/out/state`,
  };
  return spawnSync("setpriv", ["--reuid", String(NOBODY), "--regid", String(NOBODY), "--clear-groups", ...program], {
    env: { ...env, XDG_RUNTIME_DIR: `${top}/out` },
    encoding: "utf8",
  });
}

test("an ordinary user's backup is handed to sudo, with all its arguments, and its exit code comes back", () => {
  fakeSudo();
  const places = [join(top, "source"), join(top, "out/with blank/latest")];
  const { status, stderr } = bakupAsNobody(["backup", "-n", "--exclude=a b", ...places]);
  assert.equal(status, 42, stderr);
  const given = readFileSync(join(top, "out/sudo"), "utf8").trim().split("\n");
  assert.equal(given[0], "--");
  assert.deepEqual(given.slice(-5), ["backup", "-n", "--exclude=a b", ...places]);
});

test("--no-sudo backs up what the user can read, without sudo", () => {
  fakeSudo();
  rmSync(join(top, "out/sudo"), { force: true });
  writeFileSync(join(top, "source/secret"), "y");
  chmodSync(join(top, "source/secret"), 0o600);
  const { status, stderr } = bakupAsNobody(["backup", "-u", "-b", join(top, "source"), join(top, "out/store/latest")]);
  assert.equal(status, 6, stderr);
  assert.match(stderr, /secret/);
  assert.equal(readFileSync(join(top, "out/store/latest/file"), "utf8"), "x");
  assert.throws(() => readFileSync(join(top, "out/sudo")), /ENOENT/);
});

test("a machine without sudo is told what to do", () => {
  rmSync(join(top, "bin/sudo"), { force: true });
  const path = process.env.PATH;
  process.env.PATH = join(top, "bin");
  for (const program of ["setpriv", "env"]) {
    spawnSync("/bin/ln", ["-s", `/usr/bin/${program}`, join(top, "bin", program)]);
  }
  try {
    const { status, stderr } = bakupAsNobody(["backup", join(top, "source"), join(top, "out/store/latest")]);
    assert.equal(status, 5);
    assert.match(stderr, /sudo cannot be started[\s\S]*--no-sudo/);
  } finally {
    process.env.PATH = path;
  }
});
