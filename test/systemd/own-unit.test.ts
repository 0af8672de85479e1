import assert from "node:assert/strict";
import { test } from "node:test";
import { unitOfControlGroup } from "../../src/systemd/own-unit.ts";

const groups: [text: string, unit: string | undefined][] = [
  ["0::/system.slice/bakup.service\n", "bakup.service"],
  ["0::/system.slice/system-bakup.slice/bakup@laptop.service\n", "bakup@laptop.service"],
  ["0::/system.slice/bakup.service/sub\n", "bakup.service"],
  ["12:pids:/x.service\n1:name=systemd:/system.slice/bakup.service\n0::/\n", "bakup.service"],
  ["0::/user.slice/user-1000.slice/user@1000.service/app.slice/mine.service\n", "user@1000.service"],
  ["0::/user.slice/user-0.slice/session-3.scope\n", undefined],
  ["0::/\n", undefined],
  ["", undefined],
];

for (const [text, unit] of groups) {
  test(`the unit of ${JSON.stringify(text)} is ${unit}`, () => {
    assert.equal(unitOfControlGroup(text), unit);
  });
}
