import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ALARM_KINDS } from "../../src/watch/alarm.ts";
import { startBus } from "../dbus/private-bus.ts";
import { serve } from "../dbus/service.ts";
import { nextSecond, startBakup, until } from "../run/child.ts";
import { webSink } from "../watch/web-sink.ts";
import { makePlace } from "./place.ts";

const DAY_MS = 86_400_000;

/** What each channel was told, in order. */
interface Told {
  ping: string[];
  ntfy: string[];
  webhook: string[];
  mail: string[];
  command: string[];
  desktop: string[];
}

/** A profile that tells everything by every channel there is, and who listens: everybody, or only those who hang. */
async function everyChannel(context: TestContext, { hangs }: { hangs: boolean }) {
  const told: Pick<Told, "ping" | "ntfy" | "webhook" | "desktop"> = { ping: [], ntfy: [], webhook: [], desktop: [] };
  const answer = () => (hangs ? "never" : 200);
  const ping = await webSink(context, ({ path }) => {
    told.ping.push(path);
    return answer();
  });
  const ntfy = await webSink(context, ({ body }) => {
    told.ntfy.push(JSON.parse(body).title.replace(/^\S+ /, ""));
    return answer();
  });
  const webhook = await webSink(context, ({ body }) => {
    told.webhook.push(JSON.parse(body).event);
    return answer();
  });
  const bus = await startBus(context);
  const show = ({ body = [] }: { body?: readonly unknown[] }) => {
    told.desktop.push(
      String(body[3] === "System backups: box" ? body[4] : body[3]).replace(/ (in|after) [\d.]+ .*$/, ""),
    );
    return hangs ? ("silence" as const) : { signature: "u", body: [1] };
  };
  context.after(await serve(bus.address, "org.freedesktop.Notifications", show));
  const all = ALARM_KINDS.join("\non[] = ");
  const place = makePlace(context, "");
  const [bin, mailbox, calls] = [join(place.folder, "bin"), join(place.folder, "mailbox"), join(place.folder, "calls")];
  const settings = `[notifications]\ndesktop = yes\nmail = admin\nmail_on[] = ${ALARM_KINDS.join("\nmail_on[] = ")}
[ping]\nurl = ${ping.url}/id\non[] = ${all}
[ntfy]\nurl = ${ntfy.url}/topic\non[] = ${all}
[webhook]\nurl = ${webhook.url}\non[] = ${all}
[command]\npath = ${bin}/alarm\non[] = ${all}
`;
  writeFileSync(join(place.folder, "bakup.conf"), settings, { flag: "a" });
  mkdirSync(bin);
  const end = hangs ? "exec sleep 600" : "exit 0";
  writeFileSync(join(bin, "sendmail"), `#!/bin/sh\ncat >>'${mailbox}'\n${end}\n`, { mode: 0o755 });
  writeFileSync(join(bin, "alarm"), `#!/bin/sh\necho $BAKUP_EVENT >>'${calls}'\n${end}\n`, { mode: 0o755 });
  place.write("file", "one\n");
  const env = { PATH: `${bin}:${process.env.PATH}`, DBUS_SESSION_BUS_ADDRESS: bus.address };
  const start = async (...command: string[]) => {
    await nextSecond();
    return startBakup([...command, "--config", join(place.folder, "bakup.conf")], { env });
  };
  const linesOf = (file: string, what: RegExp) =>
    existsSync(file) ? (readFileSync(file, "utf8").match(what) ?? []) : [];
  return {
    ...place,
    start,
    call: async (...command: string[]) => (await (await start(...command)).ended).code,
    told: (): Told => ({
      ...told,
      mail: linesOf(mailbox, /^Subject: .*/gm).map((line) => line.replace(/^Subject: \S+ /, "")),
      command: linesOf(calls, /.+/g),
    }),
  };
}

test("every channel is told of every event, in order", async (context) => {
  const place = await everyChannel(context, { hangs: false });
  const { call, source, store } = place;
  await place.backUp(new Date(Date.now() - 3 * DAY_MS).toISOString());
  assert.equal(await call("watch"), 0);
  assert.equal(await call("run"), 0);
  assert.equal(await call("watch"), 0);
  renameSync(source, `${source}.away`);
  assert.deepEqual([await call("run"), await call("run")], [5, 5]);
  renameSync(`${source}.away`, source);
  assert.equal(await call("run"), 0);
  const [snapshot = ""] = (await place.json("list")).snapshots.map(({ name }: { name: string }) => name).reverse();
  chmodSync(join(store, snapshot, "file"), 0o600);
  assert.equal(await call("verify", "box"), 7);
  const people = [
    ...["absence", "start", "success", "recovery"],
    ...["start", "failure", "start", "start", "recovery"],
    "damage",
  ];
  const { ping, ntfy, webhook, mail, command, desktop } = place.told();
  assert.deepEqual(webhook, people);
  assert.deepEqual(command, people);
  const titles = [
    ...[
      "no complete backup of box for 3 days",
      "backup of box starts",
      "backup of box is done",
      "box is backed up again",
    ],
    ...["backup of box starts", "backup of box failed", "backup of box starts", "backup of box starts"],
    ...["backup of box works again", "damage in the backups of box"],
  ];
  assert.deepEqual([ntfy, mail], [titles, titles]);
  const [start, success, failure] = ["/id/start", "/id", "/id/fail"];
  assert.deepEqual(ping, [
    ...[failure, start, success, success],
    ...[start, failure, start, failure, start, success],
    failure,
  ]);
  const [begins, ends, fails] = ["Starting the backup", "The backup has finished", "The backup has failed"];
  assert.deepEqual(desktop, [
    ...["no complete backup of box for 3 days", begins, ends, "box is backed up again"],
    ...[begins, fails, begins, fails, begins, ends],
    "damage in the backups of box",
  ]);
});

test("channels that hang, all of them at once, neither fail a run nor keep the store", async (context) => {
  const place = await everyChannel(context, { hangs: true });
  const run = await place.start("run");
  const isTold = () => Object.values(place.told()).every((each) => each.length === 2);
  await until(isTold, { seconds: 60, what: "the call of the end by every channel" });
  assert.equal(await place.call("rotate"), 0);
  assert.deepEqual([run.process.exitCode, run.process.signalCode], [null, null]);
  const { code, stderr } = await run.ended;
  assert.equal(code, 0, stderr);
  for (const channel of ["ping", "ntfy", "webhook"]) {
    assert.match(stderr, new RegExp(`cannot raise the alarm by ${channel}: .*no answer within 10 seconds`));
  }
  for (const channel of ["mail", "command"]) {
    assert.match(stderr, new RegExp(`cannot raise the alarm by ${channel}: `));
  }
  assert.match(stderr, /cannot show a notification: /);
});
