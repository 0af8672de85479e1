import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import "../seed.ts";
import { loadConfiguration } from "../../src/config/load.ts";
import { SCHEMA } from "../../src/config/schema.ts";
import { formatLocation, parseLocation } from "../../src/destination/location.ts";
import { BakupError, InvalidDestinationError, TransferError } from "../../src/errors/errors.ts";
import { decide } from "../../src/schedule/decide.ts";
import { parseItem } from "../../src/transfer/items.ts";
import { judge } from "../../src/transfer/rsync.ts";
import { classifyRequest } from "../../src/xfer/classify.ts";
import { parseSettings } from "../../src/xfer/parse-settings.ts";
import { argumentsOf, asksToForce, readRequest } from "../../src/xfer/request.ts";
import { makeFolder } from "../config/folder.ts";
import { countCases } from "../safety/cases.ts";
import { RUNS } from "./runs.ts";

const VALID = "[profile]\nname = x\n[source]\npath = /home\n[destination]\nlocation = /mnt/x/latest\n";

/** Texts that are nearly a configuration: its words, its signs and its traps in any order. */
const configurationText = fc
  .array(
    fc.oneof(
      fc.constantFrom(...Object.keys(SCHEMA).map((name) => `[${name}]`)),
      fc.constantFrom(...Object.values(SCHEMA).flatMap((section) => Object.keys(section.keys))),
      fc.constantFrom(
        "\n",
        " = ",
        "[]",
        "=",
        "[",
        "]",
        '"',
        ";",
        "#",
        "\\",
        "\r\n",
        "\ufeff",
        "\0",
        "__proto__",
        ".",
        "$(x)",
      ),
      fc.constantFrom(
        "/mnt/x/latest",
        "always",
        "20h",
        "yes",
        "host::module",
        "rsync://h/m",
        "-1",
        "50%",
        "credential:x",
      ),
      fc.string({ unit: "binary", maxLength: 6 }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(""));

test("any configuration file is loaded, or refused with complaints that have a line", (t) => {
  const folder = makeFolder(t, { "bakup.conf": "" });
  const file = join(folder, "bakup.conf");
  fc.assert(
    fc.property(
      fc.oneof(
        configurationText,
        configurationText.map((text) => `${VALID}${text}`),
        fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
      ),
      fc.boolean(),
      (text, asLatin1) => {
        writeFileSync(file, text, asLatin1 ? "latin1" : "utf8");
        const result = loadConfiguration({ file });
        if (result.ok) {
          assert.ok(result.profiles.every(({ destination }) => parseLocation(destination.location).kind !== undefined));
          return;
        }
        assert.ok(result.complaints.length > 0);
        for (const { line, message } of result.complaints) {
          assert.ok(Number.isInteger(line) && line >= 0 && message !== "");
        }
      },
    ),
    { numRuns: RUNS },
  );
  countCases(t, RUNS);
});

test("any xfer.conf is read, or refused by an error of ours", (t) => {
  fc.assert(
    fc.property(fc.oneof(configurationText, fc.string({ unit: "binary" })), (text) => {
      try {
        assert.ok(parseSettings("xfer.conf", Buffer.from(text)).modules);
      } catch (error) {
        assert.ok(error instanceof BakupError, String(error));
      }
    }),
    { numRuns: RUNS },
  );
  countCases(t, RUNS);
});

test("any location is refused, or read such that writing and reading it again gives the same", (t) => {
  const part = fc.oneof(
    fc.constantFrom(
      ":",
      "::",
      "/",
      "@",
      "[",
      "]",
      "rsync://",
      "ssh://",
      "host",
      "user",
      "module",
      "873",
      "~",
      "-o",
      " ",
      "\n",
      "\0",
    ),
    fc.string({ maxLength: 4 }),
  );
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 8 }).map((parts) => parts.join("")),
      (text) => {
        try {
          const location = parseLocation(text);
          assert.deepEqual(parseLocation(formatLocation(location)), location);
        } catch (error) {
          assert.ok(error instanceof InvalidDestinationError, `${JSON.stringify(text)}: ${error}`);
        }
      },
    ),
    { numRuns: RUNS },
  );
  countCases(t, RUNS);
});

test("any line of rsync's list of changes is an item with a path and a length, or none", (t) => {
  const line = fc
    .array(
      fc.oneof(
        fc.constantFrom(">f+++++++++", "*deleting  ", " ", "12", "//", " => ", "\\#012", "\\#", "/", ".d..t......"),
        fc.string(),
      ),
    )
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(line, (text) => {
      const item = parseItem(text);
      assert.ok(item === undefined || (Number.isSafeInteger(item.length) && typeof item.path === "string"));
    }),
    { numRuns: RUNS },
  );
  countCases(t, RUNS);
});

test("whatever rsync complains of, no failure becomes a success: only known complaints about single files are forgiven", (t) => {
  const complaint = fc.oneof(
    fc.string(),
    fc.constantFrom(
      "rsync error: some files could not be transferred (code 23)",
      'file has vanished: "/source/a"',
      'rsync: [sender] send_files failed to open "/source/b": Permission denied (13)',
      'rsync: [receiver] mkstemp "/target/.c" failed: No space left on device (28)',
      "rsync: [generator] delete_file: unlink(d) failed: Operation not permitted (1)",
      "IO error encountered -- skipping file deletion",
      'rsync: [sender] link_stat "/source" failed: No such file or directory (2)',
    ),
  );
  fc.assert(
    fc.property(fc.integer({ min: -1, max: 260 }), fc.array(complaint, { maxLength: 6 }), (exitCode, lines) => {
      try {
        const { problems } = judge({ exitCode, signal: null, timedOut: false }, lines, "/source");
        assert.ok(exitCode === 0 || ((exitCode === 23 || exitCode === 24) && problems.length > 0));
        assert.ok(exitCode === 0 || !lines.some((line) => /receiver|generator|link_stat/.test(line)));
      } catch (error) {
        assert.ok(error instanceof TransferError, String(error));
      }
    }),
    { numRuns: RUNS },
  );
  countCases(t, RUNS);
});

test("whatever the timer's arguments are, the schedule decides, and a backup needs a valid interval", (t) => {
  const argument = fc.oneof(
    fc.constantFrom("20h", "0s", "1n", "Mon", "Mon,00,01", "always", "7", "24", "-5h", "99999999999999w"),
    fc.string(),
  );
  fc.assert(
    fc.property(
      fc.array(argument, { maxLength: 5 }),
      fc.date({ noInvalidDate: true, min: new Date(0), max: new Date("2200-01-01") }),
      fc.option(fc.date({ noInvalidDate: true, min: new Date(0), max: new Date("2200-01-01") })),
      (timerArgs, now, last) => {
        const { decision, reason } = decide({
          now: now.getTime(),
          lastStart: last === null ? null : last.getTime(),
          timerArgs,
          flagFile: false,
          force: false,
        });
        assert.ok(["backup", "skip", "error"].includes(decision) && reason !== "");
      },
    ),
    { numRuns: RUNS },
  );
  countCases(t, RUNS);
});

test("whatever a daemon's environment says, it is a request with a path from the root and a known kind, or an error of ours", (t) => {
  const value = fc.oneof(
    fc.constantFrom(
      "1",
      "0",
      "-1",
      "/srv/module",
      "relative",
      "module",
      "--server",
      "--sender",
      "-logDtpr",
      ".",
      "\ufffd",
    ),
    fc.string({ unit: "binary", maxLength: 12 }),
  );
  const names = [
    "RSYNC_PID",
    "RSYNC_MODULE_NAME",
    "RSYNC_MODULE_PATH",
    "RSYNC_HOST_ADDR",
    "RSYNC_USER_NAME",
    "RSYNC_REQUEST",
  ];
  const args = ["RSYNC_ARG0", "RSYNC_ARG1", "RSYNC_ARG2", "RSYNC_ARG3"];
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names, ...args), value), (env) => {
      const { kind } = classifyRequest(argumentsOf(env).slice(1));
      assert.ok(["upload", "download", "listing", "dry-run", "unclear"].includes(kind));
      assert.equal(typeof asksToForce(env), "boolean");
      try {
        const { pid, path, module } = readRequest(env);
        assert.ok(pid > 0 && path.startsWith("/") && module !== "");
      } catch (error) {
        assert.ok(error instanceof BakupError, String(error));
      }
    }),
    { numRuns: RUNS },
  );
  countCases(t, RUNS);
});
