import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import type { Alarm } from "../../src/watch/alarm.ts";
import { mailChannel } from "../../src/watch/mail.ts";

const alarm: Alarm = { kind: "absence", profile: "box", title: "no backup of box for 3 days", text: "Grün.\n\n.\nEnd" };
const before = process.env.PATH;
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bakup-mail-"));
  process.env.PATH = `${folder}:${before}`;
});

afterEach(() => {
  process.env.PATH = before;
  rmSync(folder, { recursive: true, force: true });
});

/** Stands in for a mail server. */
function sendmail(end: string): void {
  const script = `#!/bin/sh\nprintf '<%s>' "$@" >'${folder}/arguments'\ncat >'${folder}/message'\n${end}\n`;
  writeFileSync(join(folder, "sendmail"), script, { mode: 0o755 });
}

test("an alarm is mailed whole: the address as an argument of its own, lone dots kept, UTF-8 named", async () => {
  sendmail("exit 0");
  await mailChannel("admin@example.org", ["absence"]).send(alarm);
  assert.equal(readFileSync(join(folder, "arguments"), "utf8"), "<-i><--><admin@example.org>");
  const [head = "", ...body] = readFileSync(join(folder, "message"), "utf8").split("\n\n");
  assert.match(head, new RegExp(`^To: admin@example.org\nSubject: ${hostname()}: no backup of box for 3 days\n`));
  assert.match(head, /^Content-Type: text\/plain; charset=UTF-8$/m);
  assert.equal(body.join("\n\n"), "Grün.\n\n.\nEnd\n");
});

test("a title beyond ASCII is encoded, and none can add a header", async () => {
  sendmail("exit 0");
  await mailChannel("root", ["absence"]).send({ ...alarm, title: "für\nBcc: all@example.org" });
  const message = readFileSync(join(folder, "message"), "utf8");
  assert.doesNotMatch(message, /^Bcc/m);
  const words = [...(/^Subject: (.*(?:\n .*)*)/m.exec(message)?.[1] ?? "").matchAll(/=\?UTF-8\?B\?(.*?)\?=/g)];
  const subject = words.map(([, word = ""]) => Buffer.from(word, "base64").toString()).join("");
  assert.equal(subject, `${hostname()}: für\nBcc: all@example.org`);
});

test("a mail server that refuses is an error with its own words", async () => {
  sendmail("echo 'no such user' >&2; exit 67");
  await assert.rejects(mailChannel("nobody", ["absence"]).send(alarm), /sendmail: no such user/);
});
