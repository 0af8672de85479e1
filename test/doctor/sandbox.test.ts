import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readUnits } from "../../src/doctor/gather/systemd.ts";
import { judgeSandbox, SANDBOX_PROPERTIES } from "../../src/doctor/sandbox.ts";

/** The settings of the drop-in that the package brings; a name given twice adds to its value. */
function shipped(): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, name = "", value = ""] of readFileSync("systemd/50-sandbox.conf", "utf8").matchAll(/^(\w+)=(.*)$/gm)) {
    if (SANDBOX_PROPERTIES.includes(name)) {
      found.set(name, `${found.get(name) ?? ""} ${value}`.trim());
    }
  }
  return found;
}

function judge(changes: Readonly<Record<string, string>> = {}) {
  return judgeSandbox({ unit: "bakup.service", properties: new Map([...shipped(), ...Object.entries(changes)]) });
}

test("the unit as the package brings it is fine", () => {
  assert.ok(shipped().size > 5);
  assert.deepEqual(
    judge().map(({ level }) => level),
    ["fine"],
  );
});

const cases: [name: string, value: string, level: string][] = [
  ["PrivateTmp", "yes", "problem"],
  ["ProtectHome", "yes", "problem"],
  ["ProtectHome", "tmpfs", "problem"],
  ["ProtectHome", "no", "advice"],
  ["PrivateDevices", "yes", "problem"],
  ["PrivateUsers", "yes", "problem"],
  ["DynamicUser", "yes", "problem"],
  ["User", "me", "problem"],
  ["User", "root", "fine"],
  ["RestrictSUIDSGID", "yes", "problem"],
  ["MemoryDenyWriteExecute", "yes", "problem"],
  ["RootDirectory", "/srv/root", "problem"],
  ["InaccessiblePaths", "/home/me", "problem"],
  ["TemporaryFileSystem", "/var", "problem"],
  ["CapabilityBoundingSet", "cap_chown cap_fowner", "problem"],
  ["NoNewPrivileges", "no", "advice"],
  ["ProtectSystem", "no", "advice"],
  ["RestrictNamespaces", "no", "advice"],
];
for (const [name, value, level] of cases) {
  test(`a unit with ${name}=${value} is ${level}`, () => {
    const [finding, ...others] = judge({ [name]: value });
    assert.deepEqual([finding?.level, others], [level, []]);
    if (level !== "fine") {
      assert.match(finding?.hint ?? "", /systemctl revert bakup\.service/);
    }
  });
}

test("the drop-ins of this machine are named, and not those of the package", () => {
  const DropInPaths =
    "/usr/lib/systemd/system/bakup.service.d/50-sandbox.conf /etc/systemd/system/bakup.service.d/my.conf";
  const [finding] = judge({ PrivateTmp: "yes", DropInPaths });
  assert.match(finding?.hint ?? "", /changes are in \/etc\/systemd\/system\/bakup\.service\.d\/my\.conf$/);
});

test("what systemctl shows of several units is read unit by unit, a value with = in it included", () => {
  const [first, second, ...others] = readUnits("LoadState=loaded\nEnvironment=A=b\n\nLoadState=not-found\nUser=\n");
  assert.deepEqual(others, []);
  assert.deepEqual(
    [...(first ?? [])],
    [
      ["LoadState", "loaded"],
      ["Environment", "A=b"],
    ],
  );
  assert.deepEqual(
    [...(second ?? [])],
    [
      ["LoadState", "not-found"],
      ["User", ""],
    ],
  );
});
