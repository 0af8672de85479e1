import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { callCallback } from "../../src/callback/call.ts";
import type { Reason } from "../../src/callback/reasons.ts";

const examples = fileURLToPath(new URL("../../etc/callback-examples/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "bakup-examples-"));
const record = join(folder, "record");
after(() => rmSync(folder, { recursive: true, force: true }));

/** Stands in for a program that this machine may not have: writes down its arguments and what it read. */
function standIn(name: string, exitCode = 0): void {
  writeProgram(
    join(folder, "bin", name),
    `#!/bin/sh\n{ printf '%s' ${name}; printf ' <%s>' "$@"; echo; [ -t 0 ] || cat; } >>'${record}'\nexit ${exitCode}\n`,
  );
}

function writeProgram(path: string, text: string, mode = 0o755): void {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
}

async function call(name: string, reason: Reason, extras: string[] = [], env: Record<string, string | undefined> = {}) {
  const lines: string[] = [];
  rmSync(record, { force: true });
  const callback = { path: join(examples, name), timeoutSeconds: 30, profileId: 1, profileName: "my laptop" };
  const outcome = await callCallback(callback, reason, extras, {
    onLine: (stream, line) => lines.push(`${stream}: ${line}`),
    env: { PATH: `${join(folder, "bin")}${delimiter}${process.env.PATH}`, HOME: folder, ...env },
  });
  return {
    code: outcome.kind === "returned" ? outcome.code : outcome,
    lines,
    recorded: existsSync(record) ? readFileSync(record, "utf8") : "",
  };
}

test("log-every-call adds a line with all arguments for each call", async () => {
  const log = join(folder, "deep", "er", "calls.log");
  const env = { BAKUP_CALLBACK_LOG: log };
  assert.deepEqual(await call("log-every-call", 7, [], env), { code: 0, lines: [], recorded: "" });
  await call("log-every-call", 4, ["5", "rsync: it's full %s"], env);
  const lines = readFileSync(log, "utf8").trimEnd().split("\n");
  assert.match(lines[0] ?? "", /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \| 1 \| my laptop \| 7$/);
  assert.match(lines[1] ?? "", / \| 1 \| my laptop \| 4 \| 5 \| rsync: it's full %s$/);
});

test("log-every-call does not cancel the backup when its file cannot be written", async () => {
  const { code, lines } = await call("log-every-call", 1, [], { BAKUP_CALLBACK_LOG: "/proc/none/callback.log" });
  assert.equal(code, 0);
  assert.match(lines.join("\n"), /cannot write to \/proc\/none\/callback\.log/);
});

const session = { DBUS_SESSION_BUS_ADDRESS: "unix:path=/nowhere" };
const notifications: [reason: Reason, extras: string[], shown: string][] = [
  [1, [], "<--urgency=low> <--> <Backup of my laptop> <The backup starts.>"],
  [3, ["id", "/store/id"], "<--urgency=normal> <--> <Backup of my laptop> <New snapshot: id>"],
  [
    4,
    ["3"],
    "<--urgency=critical> <--> <Backup of my laptop> <The snapshots folder cannot be found. Is the disk connected?>",
  ],
  [4, ["5", "no space"], "<--urgency=critical> <--> <Backup of my laptop> <The backup failed: no space>"],
  [4, ["6", "id"], "<--urgency=normal> <--> <Backup of my laptop> <Snapshot id was taken, but with errors.>"],
];

for (const [reason, extras, shown] of notifications) {
  test(`desktop-notification for ${[reason, ...extras].join(" ")} tells the user`, async () => {
    standIn("notify-send");
    const { code, recorded } = await call("desktop-notification", reason, extras, session);
    assert.equal(code, 0);
    assert.equal(recorded, `notify-send <--app-name=bakup> ${shown}\n`);
  });
}

test("desktop-notification says nothing about mounting, and never cancels a backup", async () => {
  standIn("notify-send", 1);
  assert.equal((await call("desktop-notification", 7, [], session)).recorded, "");
  assert.equal((await call("desktop-notification", 1, [], session)).code, 0);
});

test("mail-on-error sends one mail with the error", async () => {
  standIn("sendmail");
  const { code, recorded } = await call("mail-on-error", 4, ["5", "no space left"], {
    BAKUP_MAIL_TO: "me@example.org",
  });
  assert.equal(code, 0);
  assert.match(
    recorded,
    /^sendmail <-t>\nTo: me@example\.org\nSubject: Backup of my laptop: failed, no snapshot was taken\n/,
  );
  assert.match(recorded, /\n\nThe backup of my laptop on .*\nno space left\n/s);
});

test("mail-on-error keeps silent about everything else", async () => {
  standIn("sendmail");
  for (const [reason, extras] of [
    [1, []],
    [3, ["id", "/store/id"]],
    [4, ["2"]],
    [8, []],
  ] as [Reason, string[]][]) {
    assert.deepEqual(await call("mail-on-error", reason, extras), { code: 0, lines: [], recorded: "" });
  }
});

test("mail-on-error returns the failure of sendmail", async () => {
  standIn("sendmail", 75);
  assert.equal((await call("mail-on-error", 4, ["1"])).code, 75);
});

test("package-list stores what is installed before the backup, and only then", async () => {
  const packages = join(folder, "packages");
  standInFor("dpkg", "bash install");
  standInFor("apt-mark", "$1 list");
  await call("package-list", 2, [], { BAKUP_PACKAGE_FOLDER: packages });
  assert.ok(!existsSync(packages));
  for (const _round of [1, 2]) {
    assert.deepEqual(await call("package-list", 1, [], { BAKUP_PACKAGE_FOLDER: packages }), {
      code: 0,
      lines: [],
      recorded: "",
    });
  }
  assert.deepEqual(readdirSync(packages).sort(), ["auto", "manual", "selections", "sources"]);
  assert.equal(readFileSync(join(packages, "selections"), "utf8"), "bash install\n");
  assert.equal(readFileSync(join(packages, "manual"), "utf8"), "showmanual list\n");
  const hasFolder = existsSync("/etc/apt/sources.list.d");
  assert.equal(readdirSync(join(packages, "sources")).includes("sources.list.d"), hasFolder);
});

test("package-list keeps the list of the last time and does not cancel when dpkg fails", async () => {
  const packages = join(folder, "packages");
  writeProgram(join(folder, "bin", "dpkg"), "#!/bin/sh\necho half\nexit 2\n");
  const { code, lines } = await call("package-list", 1, [], { BAKUP_PACKAGE_FOLDER: packages });
  assert.equal(code, 0);
  assert.match(lines.join("\n"), /list of packages was not written: dpkg --get-selections failed/);
  assert.equal(readFileSync(join(packages, "selections"), "utf8"), "bash install\n");
});

function standInFor(name: string, output: string): void {
  writeProgram(join(folder, "bin", name), `#!/bin/sh\necho "${output}"\n`);
}

const several = join(folder, "several");
const folderCases: [reason: Reason, code: number, ran: string[]][] = [
  [1, 3, ["10-a", "20-b"]],
  [7, 3, ["10-a", "20-b"]],
  [2, 3, ["10-a", "20-b", "30-c"]],
];

for (const [reason, expected, ran] of folderCases) {
  test(`run-folder for reason ${reason} runs ${ran.join(", ")} with the same arguments and returns ${expected}`, async () => {
    for (const [name, exitCode] of [
      ["10-a", 0],
      ["20-b", 3],
      ["30-c", 4],
    ] as const) {
      writeProgram(join(several, name), `#!/bin/sh\necho "${name} $*"\nexit ${exitCode}\n`);
    }
    writeProgram(join(several, "15 notes"), "not a script", 0o644);
    const { code, lines } = await call("run-folder", reason, ["a b"], { BAKUP_CALLBACK_FOLDER: several });
    assert.equal(code, expected);
    const output = lines.filter((line) => line.startsWith("stdout: "));
    assert.deepEqual(
      output,
      ran.map((name) => `stdout: ${name} 1 my laptop ${reason} a b`),
    );
    assert.ok(lines.some((line) => line.startsWith("stderr: left out") && line.includes("15 notes")));
  });
}

test("run-folder without any script lets the backup go on", async () => {
  mkdirSync(join(folder, "empty"));
  const { code, lines } = await call("run-folder", 1, [], { BAKUP_CALLBACK_FOLDER: join(folder, "empty") });
  assert.deepEqual({ code, lines }, { code: 0, lines: [] });
});
