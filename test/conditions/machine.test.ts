import assert from "node:assert/strict";
import { test } from "node:test";
import { findWait } from "../../src/conditions/find-wait.ts";
import { askThisMachine, type Machine } from "../../src/conditions/machine.ts";
import type { ConditionRules } from "../../src/conditions/rules.ts";
import { useAsSystemBus } from "../dbus/private-bus.ts";
import { ONLINE, serveMachine } from "./services.ts";

const WAIT: ConditionRules = { onBattery: "wait", onMetered: "wait", withoutNetwork: "wait" };

test("UPower and NetworkManager are asked over the system bus, each question once", async (t) => {
  const asked = await serveMachine(t, { onBattery: true, network: { state: 70, connectivity: 4, metered: 1 } });
  const machine = askThisMachine(assert.fail);
  assert.equal(await machine.onBattery(), true);
  assert.equal(await machine.onBattery(), true);
  assert.deepEqual(await machine.networkManager(), { state: 70, connectivity: 4, metered: 1 });
  assert.deepEqual(asked.sort(), [
    "org.freedesktop.NetworkManager.Connectivity",
    "org.freedesktop.NetworkManager.Metered",
    "org.freedesktop.NetworkManager.State",
    "org.freedesktop.UPower.OnBattery",
  ]);
});

test("a machine on mains is not on battery", async (t) => {
  await serveMachine(t, { onBattery: false });
  assert.equal(await askThisMachine(assert.fail).onBattery(), false);
});

test("services that are not there give no answer, and nothing fails", async (t) => {
  await serveMachine(t, {});
  const unknown: string[] = [];
  const machine = askThisMachine((service) => unknown.push(service));
  assert.deepEqual([await machine.onBattery(), await machine.networkManager()], [undefined, undefined]);
  assert.deepEqual(unknown, ["UPower", "NetworkManager"]);
});

test("a machine without a bus gives no answer either", async (t) => {
  useAsSystemBus(t, "unix:path=/no/such/socket");
  const machine = askThisMachine();
  assert.deepEqual([await machine.onBattery(), await machine.networkManager()], [undefined, undefined]);
});

test("a service that hangs is waited for only so long", async (t) => {
  await serveMachine(t, { onBattery: "silence" });
  const errors: string[] = [];
  const machine = askThisMachine((_, error) => errors.push(error), 0.2);
  assert.equal(await machine.onBattery(), undefined);
  assert.match(errors[0] ?? "", /no answer within 0\.2 seconds/);
});

/** A machine that answers as told, and fails the test when it is asked for anything else. */
function machineThat(answers: Partial<Machine>): Machine {
  return { onBattery: assert.fail, networkManager: assert.fail, hasRouteOut: assert.fail, ...answers };
}

test("what the rules do not want to know is not asked", async () => {
  const never: ConditionRules = { onBattery: "run", onMetered: "run", withoutNetwork: "run" };
  assert.equal(await findWait(never, { leavesMachine: true, machine: machineThat({}) }), undefined);
});

test("a backup that stays on the machine asks for no network", async () => {
  const machine = machineThat({ onBattery: async () => false });
  assert.equal(await findWait(WAIT, { leavesMachine: false, machine }), undefined);
});

test("the first condition that holds is the one that is told: battery, then network, then what it costs", async () => {
  const metered = { ...ONLINE, metered: 1 };
  const find = (answers: Partial<Machine>) => findWait(WAIT, { leavesMachine: true, machine: machineThat(answers) });
  const base = { onBattery: async () => undefined, networkManager: async () => metered };
  const found = [
    await find({ onBattery: async () => true }),
    await find({ ...base, hasRouteOut: () => false }),
    await find({ ...base, hasRouteOut: () => true }),
    await find({ ...base, networkManager: async () => ONLINE, hasRouteOut: () => true }),
  ];
  assert.deepEqual(
    found.map((wait) => wait?.condition),
    ["battery", "network", "metered", undefined],
  );
});
