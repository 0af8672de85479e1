import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Alarm } from "../../src/watch/alarm.ts";
import { commandChannel } from "../../src/watch/alarm-command.ts";
import { ntfyChannel } from "../../src/watch/ntfy.ts";
import { pingChannel } from "../../src/watch/ping.ts";
import type { AddressSource } from "../../src/watch/request.ts";
import { webhookChannel } from "../../src/watch/webhook.ts";
import { webSink } from "./web-sink.ts";

const alarm: Alarm = { kind: "failure", profile: "box", title: "backup of box failed", text: "Grün.", log: ["a", "b"] };
const kinds = ["failure"] as const;

function folderOf(test: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "bakup-channels-"));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test("a ping says by its address what has happened, with the end of the log", async (t) => {
  const { url, calls } = await webSink(t);
  const channel = pingChannel({ url: `${url}/uuid?x=1` as AddressSource, kinds });
  for (const kind of ["start", "success", "recovery", "failure"] as const) {
    await channel.send({ ...alarm, kind });
  }
  assert.deepEqual(
    calls.map(({ method, path }) => `${method} ${path}`),
    ["POST /uuid/start?x=1", "POST /uuid?x=1", "POST /uuid?x=1", "POST /uuid/fail?x=1"],
  );
  assert.equal(calls.at(-1)?.body, "backup of box failed\nGrün.\na\nb");
});

test("ntfy gets topic, title, text and priority as JSON, and a token from a file", async (t) => {
  const { url, calls } = await webSink(t);
  const file = join(folderOf(t), "token");
  writeFileSync(file, "tk_secret\n");
  await ntfyChannel({ url: `${url}/sub/topic` as AddressSource, token: `file:${file}`, kinds }).send(alarm);
  assert.equal(calls[0]?.path, "/sub/");
  assert.equal(calls[0]?.headers.authorization, "Bearer tk_secret");
  assert.deepEqual(JSON.parse(calls[0]?.body ?? ""), {
    topic: "topic",
    title: `${hostname()}: backup of box failed`,
    message: "Grün.",
    priority: 4,
    tags: ["warning"],
  });
});

test("an address of ntfy without a topic is an error", async () => {
  await assert.rejects(ntfyChannel({ url: "http://127.0.0.1:1/", token: undefined, kinds }).send(alarm), /no topic/);
});

test("a webhook gets all as JSON, its address and token from credentials of systemd", async (t) => {
  const { url, calls } = await webSink(t);
  const folder = folderOf(t);
  writeFileSync(join(folder, "hook"), `${url}/secret-path\n`);
  writeFileSync(join(folder, "token"), "abc");
  process.env.CREDENTIALS_DIRECTORY = folder;
  t.after(() => delete process.env.CREDENTIALS_DIRECTORY);
  await webhookChannel({ url: "credential:hook", token: "credential:token", kinds }).send(alarm);
  assert.equal(calls[0]?.path, "/secret-path");
  assert.equal(calls[0]?.headers.authorization, "Bearer abc");
  const { time, ...rest } = JSON.parse(calls[0]?.body ?? "");
  assert.ok(Math.abs(Date.now() - Date.parse(time)) < 600_000);
  const { title, text, log } = alarm;
  assert.deepEqual(rest, { event: "failure", profile: "box", host: hostname(), title, text, log });
});

test("trouble of the other side is met with a second try; a refusal is not", async (t) => {
  const troubled = await webSink(t, (_, number) => (number === 1 ? 503 : 200));
  await pingChannel({ url: troubled.url as AddressSource, kinds }).send(alarm);
  assert.equal(troubled.calls.length, 2);
  const refusing = await webSink(t, () => 404);
  await assert.rejects(
    pingChannel({ url: `${refusing.url}/secret` as AddressSource, kinds }).send(alarm),
    ({ message }: Error) => /answered 404 Not Found$/.test(message) && !message.includes("secret"),
  );
  assert.equal(refusing.calls.length, 1);
});

test("a monitor that hangs is given up, and no error repeats the address", async (t) => {
  const { url } = await webSink(t, () => "never");
  await assert.rejects(
    pingChannel({ url: `${url}/secret` as AddressSource, kinds }).send(alarm),
    ({ message }: Error) => /no answer within 10 seconds$/.test(message) && !message.includes("secret"),
  );
  const closed = new URL((await webSink(t)).url);
  closed.port = "1";
  await assert.rejects(
    webhookChannel({ url: `${closed.href}secret` as AddressSource, token: undefined, kinds }).send(alarm),
    ({ message }: Error) => /ECONNREFUSED/.test(message) && !message.includes("secret"),
  );
});

test("a secret that is missing, empty or no address is an error that names its place alone", async (t) => {
  const folder = folderOf(t);
  const send = (url: AddressSource) => pingChannel({ url, kinds }).send(alarm);
  await assert.rejects(send(`file:${folder}/none`), /the secret in .*\/none cannot be read: ENOENT/);
  writeFileSync(join(folder, "empty"), "\n");
  await assert.rejects(send(`file:${folder}/empty`), /is empty/);
  writeFileSync(join(folder, "odd"), "ftp://hush");
  await assert.rejects(
    send(`file:${folder}/odd`),
    ({ message }: Error) => /no address/.test(message) && !message.includes("hush"),
  );
  await assert.rejects(send("credential:none"), /CREDENTIALS_DIRECTORY is not set/);
});

test("a program gets the alarm on its input and the kind in its environment; its failure is an error", async (t) => {
  const folder = folderOf(t);
  const path = join(folder, "alarm");
  writeFileSync(path, `#!/bin/sh\necho "$BAKUP_EVENT $BAKUP_PROFILE $#" >'${folder}/said'\ncat >>'${folder}/said'\n`, {
    mode: 0o755,
  });
  await commandChannel({ path, kinds }).send(alarm);
  const [first, json = ""] = readFileSync(join(folder, "said"), "utf8").split("\n");
  assert.equal(first, "failure box 0");
  assert.equal(JSON.parse(json).title, alarm.title);
  writeFileSync(path, "#!/bin/sh\necho 'no modem' >&2\nexit 3\n");
  await assert.rejects(commandChannel({ path, kinds }).send(alarm), /alarm: no modem/);
});
