import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { openJournal } from "../../src/journal/journal.ts";
import { notifyDesktop } from "../../src/watch/notify.ts";

const message = { title: '-Backup of "grün"', body: "<b>a & b</b>", urgency: "critical" } as const;
const before = { ...process.env };
let folder = "";
let log = "";
const journal = openJournal({ format: "journal", level: "debug", write: (lines) => (log += lines) });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bakup-notify-"));
  mkdirSync(join(folder, "bin"));
  log = "";
  process.env.PATH = `${join(folder, "bin")}${delimiter}/usr/bin${delimiter}/bin`;
  process.env.DBUS_SESSION_BUS_ADDRESS = "unix:path=/nowhere";
  delete process.env.DISPLAY;
  delete process.env.WAYLAND_DISPLAY;
});

afterEach(() => {
  process.env = { ...before };
  rmSync(folder, { recursive: true, force: true });
});

/** Stands in for the real one, which needs a desktop. */
function notifySend(end: string): void {
  const path = join(folder, "bin", "notify-send");
  writeFileSync(path, `#!/bin/sh\nprintf '<%s>' "$@" >'${folder}/shown'\n${end}\n`);
  chmodSync(path, 0o755);
}

test("a notification reaches notify-send, with markup made harmless", async () => {
  notifySend("exit 0");
  await notifyDesktop(message, journal);
  const shown = readFileSync(join(folder, "shown"), "utf8");
  assert.equal(shown, `<--app-name=bakup><--urgency=critical><--><-Backup of "grün"><&lt;b&gt;a &amp; b&lt;/b&gt;>`);
  assert.equal(log, "");
});

test("without a session nothing is run", async () => {
  notifySend("exit 0");
  delete process.env.DBUS_SESSION_BUS_ADDRESS;
  await notifyDesktop(message, journal);
  assert.equal(existsSync(join(folder, "shown")), false);
  assert.equal(log, "");
});

test("without notify-send nothing is said", async () => {
  process.env.PATH = join(folder, "bin");
  await notifyDesktop(message, journal);
  assert.equal(log, "");
});

test("a notify-send that fails gives a warning", async () => {
  notifySend("echo 'no bus' >&2; exit 1");
  await notifyDesktop(message, journal);
  assert.equal(log, "<4>cannot show a notification: notify-send: no bus\n");
});

test("a notify-send that hangs is given up after 5 seconds", async () => {
  notifySend("sleep 60");
  const started = Date.now();
  await notifyDesktop(message, journal);
  assert.ok(Date.now() - started < 7500, `${Date.now() - started} ms`);
  assert.equal(log, "<4>cannot show a notification: notify-send: timed out\n");
});
