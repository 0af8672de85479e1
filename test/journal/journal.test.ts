import assert from "node:assert/strict";
import { closeSync, fstatSync, openSync } from "node:fs";
import { test } from "node:test";
import { chooseFormat, type Format, type Journal, openJournal } from "../../src/journal/journal.ts";
import { type Level, MESSAGES } from "../../src/journal/messages.ts";
import { runCommand } from "../../src/process/command.ts";

function written(format: Format, log: (journal: Journal) => void, level: Level = "debug"): string {
  let text = "";
  log(openJournal({ format, level, write: (lines) => (text += lines), fields: { profile: "laptop" } }));
  return text;
}

test("a terminal gets the time, the profile, the level of trouble, the text and the hint", () => {
  const text = written("human", (journal) => {
    journal.event("nothingChanged", {});
    journal.event("rotationHeld", { reason: "the run was incomplete" });
    journal.event("runFailed", { error: "the disk is full", hint: "make room" });
  });
  assert.deepEqual(text.replace(/^\d\d:\d\d:\d\d/gm, "TIME").split("\n"), [
    "TIME laptop: nothing has changed since the last backup",
    "TIME laptop: warning: no snapshots were rotated: the run was incomplete",
    "TIME laptop: error: backup failed: the disk is full",
    "         hint: make room",
    "",
  ]);
});

test("systemd gets the priority in front of each line", () => {
  const text = written("journal", (journal) => {
    journal.event("callbackCalled", { path: "/x", reason: 1 });
    journal.event("nothingChanged", {});
    journal.event("runFinished", { duration: "2 s", summary: "snapshot x" });
    journal.event("warning", { text: "look" });
    journal.event("runFailed", { error: "no", hint: "try" });
  });
  assert.deepEqual(text.split("\n"), [
    "<7>laptop: callback /x called for reason 1",
    "<6>laptop: nothing has changed since the last backup",
    "<5>laptop: backup finished in 2 s: snapshot x",
    "<4>laptop: look",
    "<3>laptop: backup failed: no",
    "<3>laptop: hint: try",
    "",
  ]);
});

test("JSON has the fields of the journal, numbers as numbers", () => {
  const text = written("json", (journal) => {
    const run = journal.child({ run: "r1", step: undefined }).child({ step: "transfer" });
    run.event("planMade", { created: 1234, changed: 2, deleted: 0, bytes: 1_300_000, exitCode: 6, hint: "" });
  });
  const { BAKUP_TIME, ...entry } = JSON.parse(text);
  assert.ok(Math.abs(Date.parse(BAKUP_TIME) - Date.now()) < 5000);
  assert.deepEqual(entry, {
    MESSAGE: "to do: 1,234 new, 2 changed, 0 to delete, 1.24 MiB to copy",
    PRIORITY: 6,
    MESSAGE_ID: MESSAGES.planMade.id,
    BAKUP_KIND: "planMade",
    BAKUP_PROFILE: "laptop",
    BAKUP_RUN: "r1",
    BAKUP_STEP: "transfer",
    BAKUP_CREATED: 1234,
    BAKUP_CHANGED: 2,
    BAKUP_DELETED: 0,
    BAKUP_BYTES: 1_300_000,
    BAKUP_EXIT_CODE: 6,
  });
});

const texts: [name: string, log: (journal: Journal) => void, message: string][] = [
  [
    "numbers that were formatted already",
    (j) => j.event("planMade", { created: "1", changed: "2", deleted: "3", bytes: "4 KiB" }),
    "to do: 1 new, 2 changed, 3 to delete, 4 KiB to copy",
  ],
  [
    "seconds",
    (j) => j.event("callbackTimedOut", { reason: 7, seconds: 300 }),
    "callback took longer than 5 minutes for reason 7 and was stopped",
  ],
  [
    "an empty field at the end",
    (j) => j.event("runFinished", { duration: "2 s", summary: "" }),
    "backup finished in 2 s",
  ],
  ["braces and dollars in a value", (j) => j.event("warning", { text: "{hint} $& $1" }), "{hint} $& $1"],
];

for (const [name, log, message] of texts) {
  test(`the text of a message with ${name}`, () => {
    assert.equal(JSON.parse(written("json", log)).MESSAGE, message);
  });
}

const quiet: [level: Level, kinds: string[]][] = [
  ["debug", ["callbackCalled", "nothingChanged", "runFinished", "warning", "runFailed"]],
  ["info", ["nothingChanged", "runFinished", "warning", "runFailed"]],
  ["notice", ["runFinished", "warning", "runFailed"]],
  ["warning", ["warning", "runFailed"]],
  ["error", ["runFailed"]],
];

for (const [level, kinds] of quiet) {
  test(`the level ${level} lets through ${kinds.join(", ")}`, () => {
    const text = written(
      "json",
      (journal) => {
        journal.event("callbackCalled", { path: "/x", reason: 1 });
        journal.event("nothingChanged", {});
        journal.event("runFinished", { duration: "2 s", summary: "" });
        journal.event("warning", { text: "look" });
        journal.event("runFailed", { error: "no" });
      },
      level,
    );
    assert.deepEqual(
      text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).BAKUP_KIND),
      kinds,
    );
  });
}

const forgeries = [
  "a\n<3>backup failed",
  "a\r<3>x",
  "\x1b[2J",
  "\x9b31m",
  "a\u2028b",
  "a\u0085b",
  "gpj.\u202eexe",
  "\0",
  "\x7f",
  "\u2066",
];

for (const name of forgeries) {
  test(`the name ${JSON.stringify(name)} can neither forge a line nor command a terminal`, () => {
    for (const format of ["human", "journal", "json"] as const) {
      const log = (journal: Journal) =>
        journal
          .child({ profile: name })
          .event("sourceProblem", { problem: "vanished", path: name, reason: "", hint: name });
      const lines = written(format, log).split("\n");
      assert.equal(lines.length, format === "json" ? 2 : 3);
      if (format === "json") {
        const entry = JSON.parse(lines[0] ?? "");
        assert.equal(entry.BAKUP_PATH, name);
        assert.doesNotMatch(entry.MESSAGE, /[\p{Cc}\p{Zl}\u202e\u2066]/u);
      } else {
        assert.doesNotMatch(lines.join(""), /[\p{Cc}\p{Zl}\u202e\u2066]/u);
      }
    }
  });
}

test("ordinary text is written as it is", () => {
  const text = "Grüße, 日本語 🎉 \\n 'quoted'";
  assert.ok(written("journal", (journal) => journal.event("warning", { text })).includes(text));
});

test("the form follows where the messages go", () => {
  const file = openSync("/dev/null", "r");
  const { dev, ino } = fstatSync(file);
  assert.equal(chooseFormat({ isTTY: true, fd: file }, { JOURNAL_STREAM: `${dev}:${ino}` }), "human");
  assert.equal(chooseFormat({ isTTY: false, fd: file }, { JOURNAL_STREAM: `${dev}:${ino}` }), "journal");
  assert.equal(chooseFormat({ fd: file }, { JOURNAL_STREAM: `${dev}:${ino + 1}` }), "json");
  assert.equal(chooseFormat({ fd: file }, { JOURNAL_STREAM: "" }), "json");
  assert.equal(chooseFormat({ fd: file }, {}), "json");
  closeSync(file);
});

test("colour is for terminals, and NO_COLOR is honoured", {
  skip: !(await hasScript()) && "script(1) is missing",
}, async () => {
  const program = `import { openJournal } from "${new URL("../../src/journal/journal.ts", import.meta.url)}";
    openJournal({ format: "human", level: "info" }).event("warning", { text: "look" });`;
  const onTerminal = async (env: Record<string, string | undefined>) => {
    const command = `'${process.execPath}' --import tsx --input-type=module -e '${program}'`;
    return (
      await runCommand("script", ["-qec", command, "/dev/null"], { env: { NO_COLOR: undefined, ...env } })
    ).stdout.toString();
  };
  assert.ok((await onTerminal({})).includes("\x1b[33mwarning: \x1b[0mlook"));
  assert.match(await onTerminal({ NO_COLOR: "1" }), /:\d\d warning: look/);
  const args = ["--import", "tsx", "--input-type=module", "-e", program];
  assert.match((await runCommand(process.execPath, args)).stderr.toString(), /:\d\d warning: look/);
});

async function hasScript(): Promise<boolean> {
  return runCommand("script", ["--version"]).then(
    () => true,
    () => false,
  );
}

test("a message without one of its fields, or with a name of the journal's own, does not compile", () => {
  const compileOnly = (journal: Journal) => {
    // @ts-expect-error error is missing
    journal.event("runFailed", {});
    // @ts-expect-error bytes is missing
    journal.event("planMade", { created: 1, changed: 1, deleted: 1 });
    // @ts-expect-error there is no such kind
    journal.event("runVanished", {});
    // @ts-expect-error kind is the journal's
    journal.event("warning", { text: "", kind: "x" });
  };
  assert.equal(typeof compileOnly, "function");
});
