import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { encode, journalFields } from "../../src/journal/journald.ts";
import { MESSAGES } from "../../src/journal/messages.ts";
import { runCommand } from "../../src/process/command.ts";

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const needsRoot = { skip: process.getuid?.() !== 0 && "a journald of our own needs root" };

/** Runs a script beside a real journald; in it, `flood COUNT END BYTES` writes entries as a service would. */
async function besideJournald(script: string): Promise<string> {
  const flood = `flood() { as_unit "$@" || true; }`.replace(
    '"$@"',
    `'${process.execPath}' --import tsx '${here("flood.ts")}' "$@"`,
  );
  const args = ["--mount", "--propagation", "private", "sh", here("with-journald.sh"), `${flood}\n${script}`];
  const { exitCode, stdout, stderr } = await runCommand("unshare", args, { env: { RUNTIME_DIRECTORY: undefined } });
  assert.equal(exitCode, 0, stderr.toString());
  return stdout.toString();
}

const READ = "journalctl --sync; journalctl --quiet --all --output=json --identifier=bakup";

function assertAllArrived(output: string, count: number): void {
  const entries = output
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  for (const entry of entries) {
    assert.deepEqual(
      [entry.BAKUP_PROFILE, entry.BAKUP_RUN, entry.BAKUP_STEP, entry.BAKUP_KIND, entry.PRIORITY, entry.MESSAGE_ID],
      ["laptop", "r1", "transfer", "warning", "4", MESSAGES.warning.id],
    );
    assert.match(entry.MESSAGE, /^laptop: entry x+$/);
    assert.equal(entry._COMM, "node");
  }
  assert.deepEqual(
    entries.map((entry) => Number(entry.BAKUP_NUMBER)),
    Array.from({ length: count }, (_, index) => index + 1),
  );
}

for (const [end, how] of [
  ["exit", "process.exit"],
  ["kill", "SIGKILL"],
] as const) {
  test(`of 300 entries before ${how}, 300 are in the journal with every field`, needsRoot, async () => {
    assertAllArrived(await besideJournald(`flood 300 ${end}; ${READ}`), 300);
  });
}

test("a journald that is stopped for a while gets every entry afterwards", needsRoot, async () => {
  const script = `kill -STOP "$journald"; flood 300 kill & sleep 3; kill -CONT "$journald"; wait $!; ${READ}`;
  const entries = (await besideJournald(script)).trimEnd().split("\n");
  assert.equal(entries.length, 300);
});

test("an entry that is larger than a datagram may be arrives whole", needsRoot, async () => {
  const [line = ""] = (await besideJournald(`flood 1 exit 20000000; ${READ}`)).split("\n");
  assert.equal(JSON.parse(line).BAKUP_TEXT.length, "entry ".length + 20_000_000);
});

test("journalctl -x explains a message", needsRoot, async () => {
  const install = `mount -t tmpfs tmpfs /usr/lib/systemd/catalog; cp systemd/bakup.catalog /usr/lib/systemd/catalog
    mkdir -p /var/lib/systemd/catalog; mount -t tmpfs tmpfs /var/lib/systemd/catalog; journalctl --update-catalog`;
  const shown = await besideJournald(
    `${install}; flood 1 exit 5; journalctl --sync; journalctl -x --no-pager -t bakup`,
  );
  assert.match(shown, /laptop: entry xxxxx\n-- Subject: Warning\n-- Defined-By: bakup\n/);
  assert.match(shown, /-- Something else that deserves a look\.\n-- \n-- Text: entry xxxxx\n/);
});

test("where journald is gone, the entries are lines with their priority on standard error", needsRoot, async () => {
  const script = `rm /run/systemd/journal/socket; flood 2 exit; journalctl --sync
    journalctl --quiet --output=json _TRANSPORT=stdout`;
  const entries = (await besideJournald(script))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const written = entries.filter(({ MESSAGE }) => String(MESSAGE).startsWith("laptop: entry x"));
  assert.deepEqual(
    written.map(({ PRIORITY }) => PRIORITY),
    ["4", "4"],
  );
});

test("values with line ends are preceded by their length, so that none can forge a field", () => {
  const forged = "a\nPRIORITY=0";
  const bytes = encode([
    ["MESSAGE", "héllo"],
    ["BAKUP_PATH", forged],
  ]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(forged.length));
  assert.deepEqual(
    bytes,
    Buffer.concat([Buffer.from("MESSAGE=héllo\nBAKUP_PATH\n"), length, Buffer.from(`${forged}\n`)]),
  );
});

test("the message names the profile and has the hint; the unit is there where there is one", () => {
  const entry = {
    time: new Date(),
    level: "error",
    kind: "runFailed",
    messageId: MESSAGES.runFailed.id,
    message: "backup failed: no",
    fields: { profile: "laptop", error: "no", hint: "try", exitCode: 5 },
  } as const;
  const fields = Object.fromEntries(journalFields(entry, "bakup.service"));
  assert.deepEqual(fields, {
    MESSAGE: "laptop: backup failed: no\nhint: try",
    PRIORITY: "3",
    MESSAGE_ID: MESSAGES.runFailed.id,
    SYSLOG_IDENTIFIER: "bakup",
    BAKUP_KIND: "runFailed",
    BAKUP_PROFILE: "laptop",
    BAKUP_ERROR: "no",
    BAKUP_HINT: "try",
    BAKUP_EXIT_CODE: "5",
    OBJECT_SYSTEMD_UNIT: "bakup.service",
  });
  assert.equal("OBJECT_SYSTEMD_UNIT" in Object.fromEntries(journalFields(entry, undefined)), false);
});
