import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import * as library from "../../src/index.ts";

const top = mkdtempSync(join(tmpdir(), "bakup-library-"));
process.env.STATE_DIRECTORY = join(top, "state");
process.env.XDG_RUNTIME_DIR = top;
after(() => rmSync(top, { recursive: true }));

const page = readFileSync("man/bakup.3", "utf8");
const rows = [...page.matchAll(/^\.It (\S+) Ta (\S+) Ta ?(.*)$/gm)].map(([, theirs = "", ours = "", value = ""]) => ({
  theirs,
  ours,
  value,
}));
const backup = new library.SystemBackup({ destination: "/x/y" });
const destination = new library.Destination({ expression: "/x/y" });

test("the page has a row for every name of rsync-system-backup's documentation", () => {
  const wanted = readFileSync("test/run/rsync-system-backup-names.txt", "utf8").trim().split("\n");
  assert.deepEqual(rows.map(({ theirs }) => theirs).sort(), wanted.sort());
});

for (const { theirs, ours } of rows) {
  test(`${theirs} is ${ours}`, () => {
    const [owner, member] = ours.replace("()", "").split(".");
    if (member === undefined) {
      assert.ok(owner !== undefined && owner in library);
      return;
    }
    const instance = { SystemBackup: backup, Destination: destination }[owner ?? ""];
    assert.ok(instance !== undefined && member in instance);
    if (ours.endsWith("()")) {
      assert.equal(typeof (instance as unknown as Record<string, unknown>)[member], "function");
    }
  });
}

for (const { ours, value } of rows.filter((row) => row.value !== "" && row.ours.startsWith("SystemBackup."))) {
  test(`${ours} is ${value} by default`, () => {
    const given = (backup as unknown as Record<string, unknown>)[ours.split(".")[1] ?? ""];
    const expected: Record<string, unknown> = {
      true: true,
      false: false,
      undefined: undefined,
      none: [],
      "true, false in a dry run": true,
      DEFAULT_EXCLUDED_ROOTS: library.DEFAULT_EXCLUDED_ROOTS,
      DEFAULT_ROTATION_SCHEME: library.DEFAULT_ROTATION_SCHEME,
      $RSYNC_MODULE_PATH: backup.destination,
    };
    assert.deepEqual(given, value in expected ? expected[value] : value);
  });
}

test("notifications are off in a dry run", () => {
  assert.equal(new library.SystemBackup({ destination: "/x/y", dryRun: true }).notificationsEnabled, false);
});

test("the destination defaults to $RSYNC_MODULE_PATH, taken literally, and is required", () => {
  process.env.RSYNC_MODULE_PATH = "/srv/host:module";
  try {
    assert.deepEqual(new library.SystemBackup().destination.location, { kind: "local", directory: "/srv/host:module" });
  } finally {
    delete process.env.RSYNC_MODULE_PATH;
  }
  assert.throws(() => new library.SystemBackup(), library.InvalidDestinationError);
});

test("execute, and each action by itself, does its work", async () => {
  const source = join(top, "source");
  mkdirSync(source);
  writeFileSync(join(source, "file"), "x");
  const system = new library.SystemBackup({ source, destination: join(top, "store/latest"), excludedRoots: [] });
  system.sudoEnabled = false;
  system.notificationsEnabled = false;
  const report = await system.execute();
  assert.ok(report.snapshot !== undefined && existsSync(join(top, "store", report.snapshot, "file")));
  writeFileSync(join(source, "file"), "longer");
  await system.transferChanges();
  assert.equal(readFileSync(join(top, "store/latest/file"), "utf8"), "longer");
  assert.equal(readFileSync(join(top, "store", report.snapshot, "file"), "utf8"), "x");
  await new Promise((resolve) => setTimeout(resolve, 1100));
  const second = await system.createSnapshot();
  assert.ok(second.snapshot !== undefined && second.snapshot > report.snapshot);
  assert.deepEqual((await system.rotateSnapshots()).removed, []);
});

test("errors are thrown where rsync-system-backup documents them", async () => {
  const daemon = new library.SystemBackup({ destination: "host::module/dir", sudoEnabled: false });
  await assert.rejects(daemon.createSnapshot(), library.DestinationContextUnavailable);
  assert.throws(() => daemon.destinationContext, library.DestinationContextUnavailable);
  const elsewhere = new library.SystemBackup({ destination: "/mnt2/x", mountPoint: "/mnt", sudoEnabled: false });
  await assert.rejects(elsewhere.transferChanges(), library.InvalidDestinationDirectory);
  const root = new library.SystemBackup({ destination: "/", sudoEnabled: false, source: top });
  await assert.rejects(root.createSnapshot(), library.ParentDirectoryUnavailable);
  const unknown = new library.SystemBackup({ destination: "/x/y", cryptoDevice: "no-such-disk" });
  await assert.rejects(unknown.unlockDevice(), library.FailedToUnlockError);
  assert.equal(unknown.cryptoDeviceAvailable, false);
  assert.equal(unknown.cryptoDeviceUnlocked, false);
  assert.equal(unknown.crypttabEntry, undefined);
  const absent = new library.SystemBackup({ destination: "/x/y", cryptoDevice: "UUID=no-such-disk" });
  await assert.rejects(absent.unlockDevice(), library.MissingBackupDiskError);
  await assert.rejects(
    new library.SystemBackup({ destination: "/no/such/x/y", mountPoint: "/no/such" }).mountFilesystem(),
    library.FailedToMountError,
  );
  assert.equal(new library.SystemBackup({ destination: "/x/y", mountPoint: "/proc" }).mountPointActive, true);
});

test("the first explicit action switches the others off, further ones are added", () => {
  const first = library.enableExplicitAction({}, "snapshotEnabled");
  assert.deepEqual(first, { backupEnabled: false, snapshotEnabled: true, rotateEnabled: false });
  assert.deepEqual(library.enableExplicitAction(first, "rotateEnabled"), { ...first, rotateEnabled: true });
});

test("the built library can be imported by its name", () => {
  const script =
    'import { SystemBackup, Destination, EXIT } from "bakup"; console.log(typeof SystemBackup, EXIT.skipped)';
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  assert.equal(stdout, "function 75\n", stderr);
});
