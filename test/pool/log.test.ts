import assert from "node:assert/strict";
import { test } from "node:test";
import { openJournal } from "../../src/journal/journal.ts";
import type { LogFile } from "../../src/pool/log/file.ts";
import { createLog, type LogChoices } from "../../src/pool/log/log.ts";

const QUIET: LogChoices = { verbose: false, quiet: false, debug: false, output: false };

/** What goes where, of one message of each level. */
function written(choices: Partial<LogChoices>, withJournal = false) {
  const found = { file: "", screen: "", journal: "" };
  const letter = (text: string) => text.slice(0, 1);
  const file: LogFile = {
    line: (_level, text) => {
      found.file += letter(text);
    },
    raw: () => undefined,
    close: () => undefined,
  };
  const journal = openJournal({
    format: "json",
    level: "info",
    write: (line) => {
      const { MESSAGE, BAKUP_KIND } = JSON.parse(line);
      assert.match(BAKUP_KIND, /^pool/);
      found.journal += letter(MESSAGE);
    },
  });
  const screen = (text: string) => {
    found.screen += letter(text);
  };
  const log = createLog({ file, screen, journal: withJournal ? journal : undefined }, { ...QUIET, ...choices });
  log.debug("detail");
  log.info("info");
  log.warning("warning");
  log.error("error");
  return found;
}

const CASES: [what: string, choices: Partial<LogChoices>, file: string, screen: string][] = [
  ["by default only errors are on the screen", {}, "iwe", "e"],
  ["--verbose shows what the file has", { verbose: true }, "iwe", "iwe"],
  ["--quiet shows nothing", { quiet: true }, "iwe", ""],
  ["--debug goes to the file", { debug: true }, "diwe", "e"],
  ["--debug --verbose shows all", { debug: true, verbose: true }, "diwe", "diwe"],
];

for (const [what, choices, file, screen] of CASES) {
  test(what, () => {
    assert.deepEqual(written(choices), { file, screen, journal: "" });
  });
}

test("in a unit the journal takes the place of the screen, and has more than errors", () => {
  assert.deepEqual(written({}, true), { file: "iwe", screen: "", journal: "iwe" });
});
