import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openJournal } from "../../src/journal/journal.ts";
import { notifyDesktop } from "../../src/watch/notify.ts";
import { startBus } from "../dbus/private-bus.ts";
import { type Call, serve } from "../dbus/service.ts";
import { openLane } from "../disk/lane.ts";
import { makePlace } from "../run/make-job.ts";
import { temporaryFolder } from "../store/make-store.ts";

const MESSAGE = { title: '-Backup of "grün"', body: "<b>a & b</b>", urgency: "critical" } as const;
const SERVICE = "org.freedesktop.Notifications";

function use(t: TestContext, variables: NodeJS.ProcessEnv): void {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  t.after(() => {
    process.env = before;
  });
}

/** Notifies in this process. @returns the log. */
async function notify(): Promise<string> {
  let log = "";
  await notifyDesktop(MESSAGE, openJournal({ format: "journal", level: "debug", write: (lines) => (log += lines) }));
  return log;
}

test("a notification reaches the service of one's own session, with markup made harmless", async (t) => {
  const bus = await startBus(t);
  const calls: Call[] = [];
  t.after(
    await serve(bus.address, SERVICE, (call) => {
      calls.push(call);
      return { signature: "u", body: [1] };
    }),
  );
  use(t, { DBUS_SESSION_BUS_ADDRESS: bus.address });
  assert.equal(await notify(), "");
  const [{ path, member, body = [] } = {}] = calls;
  assert.equal(`${path}.${member}`, "/org/freedesktop/Notifications.Notify");
  const [who, replaces, icon, title, text, actions, hints, forHow] = body;
  assert.deepEqual(
    [who, replaces, icon, title, text],
    ["bakup", 0, "drive-harddisk", MESSAGE.title, "&lt;b&gt;a &amp; b&lt;/b&gt;"],
  );
  assert.deepEqual([actions, forHow], [[], -1]);
  assert.equal((hints as { urgency: { value: unknown } }).urgency.value, 2);
});

test("without a notification service, or without a bus, nothing is said", async (t) => {
  const bus = await startBus(t);
  use(t, { DBUS_SESSION_BUS_ADDRESS: bus.address });
  assert.equal(await notify(), "");
  bus.kill();
  await bus.ended;
  assert.equal(await notify(), "");
  use(t, { DBUS_SESSION_BUS_ADDRESS: "unix:path=/nowhere" });
  assert.equal(await notify(), "");
});

test("a service that refuses, or never answers, gives a warning", async (t) => {
  const bus = await startBus(t);
  use(t, { DBUS_SESSION_BUS_ADDRESS: bus.address });
  const end = await serve(bus.address, SERVICE, () => ({ error: "org.example.Full", text: "the screen is full" }));
  assert.match(await notify(), /^<4>cannot show a notification: unix:path=\S+: Call failed: the screen is full\n$/);
  end();
  const other = await startBus(t);
  use(t, { DBUS_SESSION_BUS_ADDRESS: other.address });
  t.after(await serve(other.address, SERVICE, () => "silence"));
  assert.match(await notify(), /^<4>cannot show a notification: .*(?:timed out|timeout|Timeout)/i);
});

test("the sessions of logged-in users", async (t) => {
  const lane = await openLane({ udisks: false });
  const folder = temporaryFolder(t);
  lane.shell(`chmod 777 ${folder}`);

  async function startScript(name: string, args: readonly string[], uid = 0): Promise<void> {
    const script = fileURLToPath(new URL(name, import.meta.url));
    const [file = "", ...rest] = lane.command(["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups", "--"]);
    const node = [process.execPath, "--import", import.meta.resolve("tsx"), script];
    const child = spawn(file, [...rest, ...node, ...args], { stdio: ["ignore", "pipe", "inherit"] });
    t.after(() => child.kill("SIGKILL"));
    await new Promise((resolve) => child.stdout.once("data", resolve));
  }

  /** A user with a session bus and a desktop that shows notifications in a file. */
  async function logIn(uid: number): Promise<string> {
    const bus = `/run/user/${uid}/bus`;
    lane.shell(
      `install -d -m 700 -o ${uid} -g ${uid} /run/user/${uid}
       setpriv --reuid=${uid} --regid=${uid} --clear-groups -- dbus-daemon --session --fork --address=unix:path=${bus}`,
    );
    const file = join(folder, String(uid));
    await startScript("notification-server.ts", [`unix:path=${bus}`, file], uid);
    return file;
  }

  const shown = (file: string) =>
    readFileSync(file, "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as unknown[]);
  const texts = (file: string) => shown(file).map((body) => `${body[3]}: ${body[4]}`);
  const { source, store, top } = makePlace(t);
  const backup = (...options: string[]) =>
    lane.bakup(["backup", ...options, "--log-format", "human", source, join(store, "latest")], {
      STATE_DIRECTORY: join(top, "state"),
      XDG_RUNTIME_DIR: undefined,
      DBUS_SESSION_BUS_ADDRESS: undefined,
    });
  const [nobody, daemon] = [await logIn(65534), await logIn(1)];

  await t.test("without logind everybody with a session bus is told by root's run", async () => {
    const { code, stderr } = await backup();
    assert.equal(code, 0, stderr);
    for (const file of [nobody, daemon]) {
      const [starting, finished, ...more] = texts(file);
      assert.equal(starting, "System backups: store: Starting the backup");
      assert.match(finished ?? "", /^System backups: store: The backup has finished in \d.* seconds?$/);
      assert.deepEqual(more, []);
    }
    assert.doesNotMatch(stderr, /notification/);
  });

  await t.test("a dry run, --disable-notifications and a run without a transfer are silent", async () => {
    await backup("-n");
    await backup("--disable-notifications", "-b");
    await backup("-r");
    assert.equal(texts(nobody).length, 2);
  });

  await t.test("a run that fails says so", async () => {
    lane.shell(`rm -r ${source}/*`);
    const { code } = await backup();
    assert.equal(code, 5);
    assert.match(texts(nobody).at(-1) ?? "", /The backup has failed after \d.*: look at the log$/);
    assert.equal((shown(nobody).at(-1)?.[6] as { urgency: { value: number } }).urgency.value, 2);
  });

  await t.test("with logind those at a screen are told, and they alone", async () => {
    await startScript("login-server.ts", ["unix:path=/run/dbus/system_bus_socket", "65534:wayland", "1:tty"]);
    const before = texts(daemon).length;
    await backup();
    assert.equal(texts(daemon).length, before);
    assert.equal(texts(nobody).length, before + 2);
  });
});
