import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import "../seed.ts";
import type { DiskBackend } from "../../src/disk/backend.ts";
import { listDisks } from "../../src/disk/list.ts";
import { lockDisk } from "../../src/disk/lock.ts";
import { openUdisksBackend } from "../../src/disk/udisks-backend.ts";
import { unmountDisk } from "../../src/disk/unmount.ts";
import { BakupError } from "../../src/errors/errors.ts";
import { type PrivateBus, startBus, useAsSystemBus } from "../dbus/private-bus.ts";
import { type Answer, type Call, serve, variant } from "../dbus/service.ts";
import { DEVICE, JOURNAL, mountMissing, OBJECT, unlockMissing } from "../disk/missing-disk.ts";
import { countCases } from "../safety/cases.ts";
import { temporaryFolder } from "../store/make-store.ts";
import { answerOf, anyValue, wrongAnswer } from "./dbus-values.ts";
import { quickenTime } from "./quick-time.ts";
import { RUNS } from "./runs.ts";

const SERVICE = "org.freedesktop.UDisks2";
const CASES = Math.ceil(RUNS / 25);
/** A mount may take 900 seconds. */
const FACTOR = 500;

type Script = readonly (Answer | "right" | "death")[];

/** What comes of each call, in their order; the last one is that of all later ones too. */
const script: fc.Arbitrary<Script> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.constant("right" as const) },
    { weight: 5, arbitrary: wrongAnswer },
    { weight: 1, arbitrary: fc.constant("death" as const) },
  ),
  { minLength: 1, maxLength: 6 },
);

function rightAnswer({ member, body }: Call): Answer {
  switch (member) {
    case "Get":
      return {
        signature: "v",
        body: [body[1] === "Device" ? variant("ay", Buffer.from(`${DEVICE}\0`)) : variant("s", "2.9.4")],
      };
    case "ResolveDevice":
      return { signature: "ao", body: [[OBJECT]] };
    case "Mount":
      return { signature: "s", body: ["/media/x"] };
    case "Unlock":
      return { signature: "o", body: ["/org/freedesktop/UDisks2/block_devices/dm_2d0"] };
    default:
      return {};
  }
}

/** Calls udisks2 on a bus of its own, where it follows a script: the bus may die in the middle. */
async function playScript<T>(t: TestContext, steps: Script, work: (backend: DiskBackend) => Promise<T>): Promise<T> {
  const bus = await livingBus(t);
  let calls = 0;
  const stop = await serve(bus.address, SERVICE, (call) => {
    const step = steps[Math.min(calls, steps.length - 1)] ?? "right";
    calls += 1;
    if (step === "death") {
      bus.kill();
      buses.delete(t);
      return "silence";
    }
    return step === "right" ? rightAnswer(call) : step;
  });
  try {
    const backend = await openUdisksBackend();
    try {
      return await work(backend);
    } finally {
      backend.close();
    }
  } finally {
    stop();
  }
}

const buses = new Map<TestContext, PrivateBus>();

/** The test's bus, or another one when that was killed. */
async function livingBus(t: TestContext): Promise<PrivateBus> {
  const bus = buses.get(t) ?? (await startBus(t));
  buses.set(t, bus);
  useAsSystemBus(t, bus.address);
  return bus;
}

/** Something that must not succeed, whatever udisks2 answers, as the kernel shows that it was not done. */
const DEEDS: Readonly<Record<string, (backend: DiskBackend, t: TestContext) => Promise<unknown>>> = {
  "a disk that stays locked is not unlocked": unlockMissing,
  "a disk that is mounted nowhere is not mounted": mountMissing,
  "a disk that stays mounted is not unmounted": (backend, t) =>
    unmountDisk({ device: undefined, mountPoint: mountedFolder(t) }, { backend, journal: JOURNAL, busySeconds: 1 }),
  "a disk that stays unlocked is not locked": (backend, t) => {
    const path = loopDevice(t);
    const cleartext = { path, kernelName: path.replace("/dev/", "") };
    return lockDisk({ device: DEVICE, entry: undefined, cleartext }, backend);
  },
};

for (const [what, deed] of Object.entries(DEEDS)) {
  test(`whatever udisks2 answers, or does not, ${what}, and every call ends`, async (t) => {
    quickenTime(t, FACTOR);
    await fc.assert(
      fc.asyncProperty(script, async (steps) => {
        await assert.rejects(
          playScript(t, steps, (backend) => deed(backend, t)),
          isOurs,
        );
      }),
      { numRuns: CASES },
    );
    countCases(t, CASES);
  });
}

test("whatever udisks2 answers to a name, it is a list of devices or an error of ours", async (t) => {
  quickenTime(t, FACTOR);
  await fc.assert(
    fc.asyncProperty(script, async (steps) => {
      const found = await playScript(t, steps, (backend) => backend.find({ kind: "uuid", value: "x" })).catch(ours);
      assert.ok(found.every((device) => typeof device === "string"));
    }),
    { numRuns: CASES },
  );
  countCases(t, CASES);
});

test("whatever objects udisks2 has, however many, the list of disks is one, or an error of ours", async (t) => {
  quickenTime(t, FACTOR);
  const properties = fc.dictionary(propertyName, anyValue, { maxKeys: 6 }).map(variants);
  const interfaces = fc.dictionary(interfaceName, properties, { maxKeys: 3 });
  const objects = fc.dictionary(objectPath, interfaces, { maxKeys: 4 }).map((tree) => {
    const endless = Object.entries(tree).flatMap(([path, value]) => copies(path).map((copy) => [copy, value] as const));
    return answerOf([{ signature: "a{oa{sa{sv}}}", value: Object.fromEntries(endless) }]);
  });
  await fc.assert(
    fc.asyncProperty(
      fc.oneof({ weight: 4, arbitrary: objects }, { weight: 1, arbitrary: wrongAnswer }),
      async (tree) => {
        const bus = await livingBus(t);
        const stop = await serve(bus.address, SERVICE, (call) =>
          call.member === "GetManagedObjects" ? tree : rightAnswer(call),
        );
        const disks = await listDisks().catch(ours).finally(stop);
        for (const { device, label, sizeBytes, mountPoints } of disks) {
          assert.ok([device, label, ...mountPoints].every((each) => typeof each === "string"));
          assert.ok(Number.isInteger(sizeBytes) && sizeBytes >= 0);
        }
      },
    ),
    { numRuns: CASES },
  );
  countCases(t, CASES);
});

const interfaceName = fc.constantFrom(`${SERVICE}.Block`, `${SERVICE}.Filesystem`, `${SERVICE}.Drive`, "a.b");
const objectPath = fc.constantFrom(OBJECT, `${OBJECT}2`, "/", "/__proto__");
const propertyName = fc.constantFrom(
  ...["IdUsage", "CryptoBackingDevice", "Device", "Size", "Drive", "MountPoints", "IdLabel", "HintSystem", "__proto__"],
);

function variants(properties: Record<string, { signature: string; value: unknown }>): Record<string, unknown> {
  const usual = { IdUsage: variant("s", "filesystem"), CryptoBackingDevice: variant("o", "/") };
  const given = Object.entries(properties).map(([name, { signature, value }]) => [name, variant(signature, value)]);
  return { ...usual, ...Object.fromEntries(given) };
}

/** One path for most, and very many below one of them. */
function copies(path: string): string[] {
  return path === OBJECT ? Array.from({ length: 500 }, (_, index) => `${path}/${index}`) : [path];
}

function isOurs(error: unknown): boolean {
  assert.ok(error instanceof BakupError, String((error as Error).stack));
  return true;
}

function ours(error: unknown): never[] {
  isOurs(error);
  return [];
}

const mounted = new Map<TestContext, string>();

function mountedFolder(t: TestContext): string {
  const known = mounted.get(t);
  if (known !== undefined) {
    return known;
  }
  const folder = mkdtempSync(join(tmpdir(), "bakup-mounted-"));
  execFileSync("mount", ["-t", "tmpfs", "tmpfs", folder]);
  t.after(() => {
    execFileSync("umount", [folder]);
    rmdirSync(folder);
  });
  mounted.set(t, folder);
  return folder;
}

const devices = new Map<TestContext, string>();

function loopDevice(t: TestContext): string {
  const known = devices.get(t);
  if (known !== undefined) {
    return known;
  }
  const image = `${temporaryFolder(t)}/image`;
  execFileSync("truncate", ["--size", "1M", image]);
  const device = execFileSync("losetup", ["--find", "--show", image], { encoding: "utf8" }).trim();
  t.after(() => execFileSync("losetup", ["--detach", device]));
  devices.set(t, device);
  return device;
}
