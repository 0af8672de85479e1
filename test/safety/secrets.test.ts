import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makePlace } from "../cli/place.ts";
import { startBus } from "../dbus/private-bus.ts";
import { serve, variant } from "../dbus/service.ts";
import { startDaemon } from "../remote/daemon-host.ts";
import { webSink } from "../watch/web-sink.ts";
import { findIn, watchedRun } from "./watched-run.ts";

const PASSWORD = "pw-4c1f9a";
const TOKEN = "tk-77d0e2";
const HOOK = "hook-b85d31";
const KEY = "key-e90a6c";

test("of the passwords, tokens and secret addresses of a run none is in an argument, an environment, the log or the history", async (t) => {
  const place = makePlace(t);
  const { folder } = place;
  const daemonFolder = join(folder, "daemon");
  mkdirSync(daemonFolder);
  writeFileSync(join(folder, "secrets"), `me:${PASSWORD}\n`, { mode: 0o600 });
  const daemon = await startDaemon(t, daemonFolder, {
    module: `auth users = me\nsecrets file = ${join(folder, "secrets")}`,
  });
  const monitor = await webSink(t);
  const seen = join(folder, "callback.seen");
  writeFileSync(join(folder, "callback"), `#!/bin/sh\n{ echo "$@"; env; } >> '${seen}'\n`, { mode: 0o755 });
  writeFileSync(join(folder, "token"), TOKEN, { mode: 0o600 });
  writeFileSync(join(folder, "hook"), `${monitor.url}/${HOOK}`, { mode: 0o600 });
  const config = join(folder, "secret.conf");
  writeFileSync(
    config,
    `[profile]\nname = box\n[source]\npath = ${place.source}\nexcluded_root[] = /proc/
[destination]\nlocation = rsync://me@127.0.0.1:${daemon.port}/backup/box\npassword_file = ${folder}/password
[callback]\npath = ${folder}/callback
[ping]\nurl = file:${folder}/hook
[webhook]\nurl = file:${folder}/hook\ntoken = file:${folder}/token
[ntfy]\nurl = file:${folder}/hook\ntoken = file:${folder}/token\n`,
    { mode: 0o600 },
  );
  place.write("file", "one");
  for (const [password, expected] of [
    [`wrong-${PASSWORD}`, 5],
    [PASSWORD, 0],
  ] as const) {
    writeFileSync(join(folder, "password"), `${password}\n`, { mode: 0o600 });
    const { code, stderr, traces } = await watchedRun({ folder, config });
    assert.equal(code, expected, stderr);
    const callback = { where: "what the callback is given", text: readFileSync(seen, "latin1") };
    assert.deepEqual(findIn([...traces, callback], [PASSWORD, TOKEN, HOOK]), []);
    assert.ok(
      traces.some(({ text }) => text.includes("execve(") && text.includes("STATE_DIRECTORY=")),
      "environments are seen",
    );
    assert.ok(
      traces.filter(({ text }) => text.includes("execve(")).some(({ text }) => text.includes("--password-file=")),
    );
  }
  assert.deepEqual(readdirSync(daemon.path), ["box"]);
  assert.ok(monitor.calls.some(({ headers }) => headers.authorization === `Bearer ${TOKEN}`));
  assert.ok(monitor.calls.some(({ path }) => path.includes(HOOK)));
});

for (const backend of ["udisks2", "tools"] as const) {
  test(`the key of a disk that ${backend} unlocks is in no argument, no environment, no log and no history`, async (t) => {
    const place = makePlace(t);
    const { folder } = place;
    writeFileSync(join(folder, "key"), KEY, { mode: 0o600 });
    const image = join(folder, "luks");
    execFileSync("truncate", ["--size", "32M", image]);
    const format = ["-q", "luksFormat", "--type", "luks2", "--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000"];
    execFileSync("cryptsetup", [...format, image, "-"], { input: "another key" });
    const device = execFileSync("losetup", ["--find", "--show", image], { encoding: "utf8" }).trim();
    t.after(() => execFileSync("losetup", ["--detach", device]));
    const bus = await startBus(t);
    const keys: string[] = [];
    t.after(
      await serve(bus.address, "org.freedesktop.UDisks2", ({ member, body }) => {
        switch (member) {
          case "Get":
            return { signature: "v", body: [variant("ay", Buffer.from(`${device}\0`))] };
          case "ResolveDevice":
            return { signature: "ao", body: [["/org/freedesktop/UDisks2/block_devices/x"]] };
          default:
            keys.push(keyIn(body));
            return { error: "org.freedesktop.UDisks2.Error.Failed", text: "Error unlocking: Operation not permitted" };
        }
      }),
    );
    const config = join(folder, "disk.conf");
    const own = readFileSync(join(folder, "bakup.conf"), "utf8");
    const disk = `[disk]\nbackend = ${backend}\ncrypto = ${device}\nkey = file:${folder}/key\nmount = ${folder}/disk\n`;
    writeFileSync(config, `${own}${disk}`, { mode: 0o600 });
    place.write("file", "one");
    const { code, stderr, traces } = await watchedRun({
      folder,
      config,
      env: { DBUS_SYSTEM_BUS_ADDRESS: bus.address },
    });
    assert.ok(code === 5 && stderr.includes(`cannot unlock ${device}`), stderr);
    assert.deepEqual(findIn(traces, [KEY]), []);
    if (backend === "udisks2") {
      assert.deepEqual(keys, [KEY]);
    } else {
      assert.ok(
        traces.some(({ text }) => /execve\(.*"cryptsetup".*"--key-file/.test(text)),
        "cryptsetup was asked",
      );
    }
  });
}

/** The key among the options of a call of udisks2. */
function keyIn(body: readonly unknown[]): string {
  const options = body.at(-1) as { keyfile_contents?: { value: Buffer } };
  return options.keyfile_contents?.value.toString() ?? "";
}
