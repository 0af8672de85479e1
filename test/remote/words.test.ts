import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { BakupError } from "../../src/errors/errors.ts";
import { quote } from "../../src/remote/quote.ts";
import { explainRsync } from "../../src/remote/rsync-failure.ts";
import { ConnectionError, explainSsh } from "../../src/ssh/complaints.ts";
import { formatSshHost, rsyncShell, sshArguments } from "../../src/ssh/host.ts";
import { RsyncFailedError } from "../../src/transfer/rsync.ts";

const host = { username: "me", hostname: "far", port: 2222 };

for (const [said, message, temporary] of [
  ["ssh: Could not resolve hostname far: Name or service not known", /no machine named me@far:2222/, true],
  ["ssh: connect to host far port 2222: Connection timed out", /cannot be reached/, true],
  ["ssh: connect to host far port 22: No route to host", /cannot be reached/, true],
  ["kex_exchange_identification: Connection closed by remote host", /the connection to me@far:2222 broke/, true],
  ["client_loop: send disconnect: Broken pipe", /broke/, true],
  ["me@far: Permission denied (publickey).", /does not accept the ssh key/, false],
  ["No ED25519 host key is known for far and you have requested strict checking.", /is not known here/, false],
  ["something that nobody expected", /^ssh to me@far:2222 failed: something/, false],
] as const) {
  test(`ssh says: ${said}`, () => {
    const error = explainSsh(host, [said, ""]);
    assert.match(error.message, message);
    assert.ok(error.hint !== undefined && error.hint !== "");
    assert.ok(error instanceof ConnectionError && error.temporary === temporary);
  });
}

for (const [code, said, message, temporary] of [
  [11, 'rsync: [receiver] write failed on "/b/x": No space left on device (28)', /^the disk of there is full/, false],
  [
    12,
    "rsync: connection unexpectedly closed (5 bytes received so far) [sender]",
    /^the connection to there broke/,
    true,
  ],
  [12, "sudo: a password is required", /^sudo on there refuses: a password is required/, false],
  [12, "sh: 1: rsync: not found", /^there is no rsync on there/, false],
  [12, "bash: line 1: rsync: command not found", /^there is no rsync on there/, false],
  [5, "@ERROR: max connections (1) reached -- try again later", /too many connections/, true],
  [23, 'rsync: [receiver] mkstemp "/b/.x.AbC" failed: Permission denied (13)', /may not write there/, false],
  [255, "client_loop: send disconnect: Broken pipe", /the connection to me@far:2222 broke/, true],
  [30, "rsync error: timeout in data send/receive (code 30)", /broke/, true],
  [1, "rsync: --foo: unknown option", /^it failed$/, false],
] as const) {
  test(`rsync there fails with ${code}: ${said}`, () => {
    const error = explainRsync(new RsyncFailedError("it failed", { rsyncCode: code, said: [said] }), "there", host);
    assert.ok(error instanceof BakupError);
    assert.match(error.message, message);
    assert.equal(error instanceof ConnectionError && error.temporary, temporary);
  });
}

test("other errors stay as they are", () => {
  const error = new Error("x");
  assert.equal(explainRsync(error, "there"), error);
});

for (const word of ["plain", "", "it's", "\\", "a\\'b", "$(touch x)`y`", "two\nlines", "!history", "-n"]) {
  test(`the word ${JSON.stringify(word)} comes out of a shell as it went in`, () => {
    for (const shell of ["sh", "bash"]) {
      assert.equal(execFileSync(shell, ["-c", `printf '%s.' ${quote(word)}`], { encoding: "utf8" }), `${word}.`);
    }
  });
}

test("rsync's -e keeps words with blanks and quotes together", () => {
  const words = rsyncShell(["printf", "%s|", "a b", "it's", 'say "x"']);
  assert.equal(words, `printf '%s|' 'a b' 'it''s' 'say "x"'`);
});

test("ssh gets what must hold first, then the user's options, then our defaults", () => {
  const args = sshArguments({ ...host, options: ["ConnectTimeout=99"], identity: "/k" }, ["ControlMaster=no"]);
  const at = (value: string) => args.indexOf(value);
  assert.ok(at("BatchMode=yes") < at("ControlMaster=no") && at("ControlMaster=no") < at("ConnectTimeout=99"));
  assert.ok(at("ConnectTimeout=99") < at("ConnectTimeout=10"));
  assert.ok(!args.some((arg) => /StrictHostKeyChecking|UserKnownHosts/.test(arg)));
  assert.equal(formatSshHost({ username: null, hostname: "fe80::1" }), "[fe80::1]");
});
