import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { turnFile } from "../../src/xfer/places.ts";
import { continueTurn, releaseTurn, takeTurn } from "../../src/xfer/turn.ts";
import { chainOf, type Witness } from "../../src/xfer/witness.ts";
import { temporaryFolder } from "./client.ts";

const [self, parent] = chainOf(process.pid) as [Witness, Witness];
const gone: Witness = { ...self, ticks: "1" };
const ofAnotherBoot: Witness = { ...self, bootId: "another" };

const CASES: readonly [
  name: string,
  holder: { connection: Witness; transfer: Witness; helper?: Witness },
  isFree: boolean,
][] = [
  ["the connection lives", { connection: self, transfer: gone }, false],
  ["only the transfer lives", { connection: gone, transfer: self }, false],
  ["only the helper lives", { connection: gone, transfer: gone, helper: self }, false],
  ["all are gone, and others have their numbers", { connection: gone, transfer: gone, helper: gone }, true],
  ["the machine was started anew", { connection: ofAnotherBoot, transfer: ofAnotherBoot }, true],
];

for (const [name, holder, isFree] of CASES) {
  test(`a turn is ${isFree ? "free" : "held"} when ${name}`, async (context) => {
    const place = { folder: temporaryFolder(context), modulePath: "/srv/m/latest" };
    const since = new Date().toISOString();
    writeFileSync(turnFile(place.folder, place.modulePath), JSON.stringify({ ...holder, since }));
    const found = await takeTurn(place, { connection: parent, transfer: self });
    assert.deepEqual(found, isFree ? undefined : { ...holder, since });
  });
}

test("a turn is given back by its own connection only, and paths that mean one module have one turn", async (context) => {
  const folder = temporaryFolder(context);
  const mine = { connection: self, transfer: self };
  const other = { connection: parent, transfer: parent };
  assert.equal(await takeTurn({ folder, modulePath: "/srv/m/latest" }, mine), undefined);
  releaseTurn({ folder, modulePath: "/srv/m/latest" }, other);
  assert.equal(await continueTurn({ folder, modulePath: "/srv/m/latest/" }, other), false);
  assert.notEqual(await takeTurn({ folder, modulePath: "/srv/./m/latest/" }, other), undefined);
  releaseTurn({ folder, modulePath: "/srv/m/latest/" }, mine);
  assert.equal(await takeTurn({ folder, modulePath: "/srv/m/latest" }, other), undefined);
});

test("a damaged turn file is no turn", async (context) => {
  const place = { folder: temporaryFolder(context), modulePath: "/srv/m/latest" };
  writeFileSync(turnFile(place.folder, place.modulePath), '{"connection": 7');
  assert.equal(await takeTurn(place, { connection: self, transfer: self }), undefined);
});
