import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { BusReplyError } from "../../src/dbus/errors.ts";
import type { DiskBackend } from "../../src/disk/backend.ts";
import { openBackend } from "../../src/disk/choose-backend.ts";
import { mayHaveWorked } from "../../src/disk/unlock.ts";
import { FailedToMountError, FailedToUnlockError } from "../../src/errors/errors.ts";
import { type PrivateBus, startBus, useAsSystemBus } from "../dbus/private-bus.ts";
import { type Answer, serve, variant } from "../dbus/service.ts";
import { DEVICE, JOURNAL, mountMissing, OBJECT, unlockMissing } from "./missing-disk.ts";

/** udisks2 as far as bakup calls it; `act` answers what changes something, `find` who answers to a tag. */
async function openScripted(
  t: TestContext,
  act: (bus: PrivateBus) => Answer,
  find = (): string[] => [OBJECT],
): Promise<DiskBackend> {
  const bus = await startBus(t);
  useAsSystemBus(t, bus.address);
  t.after(
    await serve(bus.address, "org.freedesktop.UDisks2", ({ member }) => {
      switch (member) {
        case "Get":
          return { signature: "v", body: [variant("s", "2.9.4")] };
        case "ResolveDevice":
          return { signature: "ao", body: [find()] };
        default:
          return act(bus);
      }
    }),
  );
  const backend = await openBackend("udisks2", JOURNAL);
  t.after(() => backend.close());
  return backend;
}

const GENERIC = {
  error: "org.freedesktop.UDisks2.Error.Failed",
  text: "Error unlocking: Failed to activate device: Incorrect passphrase.",
};

test("a success of udisks2 that the kernel knows nothing of is a failure", async (t) => {
  const backend = await openScripted(t, () => ({ signature: "s", body: ["/media/x"] }));
  await assert.rejects(mountMissing(backend), (error) => {
    assert.ok(error instanceof FailedToMountError);
    assert.match(error.message, /the call succeeded, but nothing is mounted/);
    return true;
  });
});

test("the one generic error of udisks2 is told in its own words, with a hint of the key when it speaks of that", async (t) => {
  const backend = await openScripted(t, () => GENERIC);
  await assert.rejects(unlockMissing(backend), (error) => {
    assert.ok(error instanceof FailedToUnlockError);
    assert.match(error.message, /cannot unlock \/dev\/no-such-disk: .*Incorrect passphrase/);
    assert.match(error.hint ?? "", /the key does not open this disk/);
    return true;
  });
});

test("what udisks2 unlocks but does not see in time is this run's, what another program has unlocked is not", () => {
  const answer = (text: string) => new BusReplyError("Unlock", "org.freedesktop.UDisks2.Error.Failed", text);
  const late = "Error waiting for cleartext object after unlocking '/dev/sdb': Timed out waiting for object";
  assert.equal(mayHaveWorked(answer(late)), true);
  assert.equal(mayHaveWorked(answer("Device /dev/sdb is already unlocked as /dev/dm-0")), false);
  assert.equal(mayHaveWorked(answer(GENERIC.text)), false);
});

test("a bus that dies in the middle of a mount is an error, and no mount", async (t) => {
  const backend = await openScripted(t, (bus) => {
    bus.kill();
    return "silence";
  });
  await assert.rejects(mountMissing(backend), FailedToMountError);
});

test("a disk that udev knows is waited for until udisks2 knows it, and what is on it", async (t) => {
  const [kernelName = ""] = readdirSync("/sys/class/block");
  const disk = { kind: "path", value: `/dev/${kernelName}` } as const;
  const later = { asked: 0, unlocked: 0 };
  const backend = await openScripted(
    t,
    () => {
      later.unlocked += 1;
      return later.unlocked < 3
        ? { error: "org.freedesktop.DBus.Error.UnknownMethod", text: "No such interface" }
        : { signature: "o", body: [OBJECT] };
    },
    () => {
      later.asked += 1;
      return later.asked < 3 ? [] : [OBJECT];
    },
  );
  assert.equal((await backend.find(disk)).length, 1);
  await backend.unlock({ device: DEVICE, key: "crypttab", entry: undefined, name: "x" });
  assert.equal(later.unlocked, 3);
});
