import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import "../seed.ts";
import { askThisMachine } from "../../src/conditions/machine.ts";
import { startBus, useAsSystemBus } from "../dbus/private-bus.ts";
import { type Answer, serve, variant } from "../dbus/service.ts";
import { countCases } from "../safety/cases.ts";
import { anyValue, wrongAnswer } from "./dbus-values.ts";
import { quickenTime } from "./quick-time.ts";
import { RUNS } from "./runs.ts";

const CASES = Math.ceil(RUNS / 25);
const FACTOR = 200;

const answer: fc.Arbitrary<Answer> = fc.oneof(
  wrongAnswer,
  anyValue.map(({ signature, value }) => ({ signature: "v", body: [variant(signature, value)] })),
);

test("whatever UPower and NetworkManager answer, or do not, it is known or unknown, and nobody waits for ever", async (t) => {
  const bus = await startBus(t);
  useAsSystemBus(t, bus.address);
  quickenTime(t, FACTOR);
  let given: Answer = "silence";
  for (const name of ["org.freedesktop.UPower", "org.freedesktop.NetworkManager"]) {
    t.after(await serve(bus.address, name, () => given));
  }
  await fc.assert(
    fc.asyncProperty(answer, async (next) => {
      given = next;
      const machine = askThisMachine();
      assert.ok([true, false, undefined].includes(await machine.onBattery()));
      const facts = Object.values((await machine.networkManager()) ?? {});
      assert.ok(facts.every((fact) => typeof fact === "number"));
    }),
    { numRuns: CASES },
  );
  countCases(t, CASES);
});
