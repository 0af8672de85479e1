import assert from "node:assert/strict";
import { test } from "node:test";
import { openJournal } from "../../src/journal/journal.ts";
import { type Alarm, raiseAlarm } from "../../src/watch/alarm.ts";

test("a channel that fails keeps no other from being told, and is named in the journal and to the caller", async () => {
  const told: string[] = [];
  let log = "";
  const journal = openJournal({ format: "journal", level: "debug", write: (lines) => (log += lines) });
  const alarm: Alarm = { kind: "absence", profile: "box", title: "t", text: "x" };
  const channel = (name: string, fails = false) => ({
    name,
    kinds: ["absence"] as const,
    send: async ({ title }: Alarm) => {
      if (fails) {
        throw new Error("no route");
      }
      told.push(`${name} ${title}`);
    },
  });
  const failed = await raiseAlarm(alarm, [channel("mail", true), channel("desktop")], journal);
  assert.deepEqual([failed, told], [["mail"], ["desktop t"]]);
  assert.match(log, /^<4>cannot raise the alarm by mail: no route\n$/);
});
