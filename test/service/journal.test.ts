import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import { readJournal } from "./installed-machine.ts";
import { LANE } from "./lane.ts";
import { bootMachine, type Machine } from "./machine.ts";

let machine: Machine;

before(async () => {
  if (LANE.skip !== false) {
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "bakup-flood-"));
  try {
    await build({
      entryPoints: ["test/journal/flood.ts"],
      outfile: join(folder, "flood.cjs"),
      bundle: true,
      platform: "node",
      target: "node18.19",
      define: { BAKUP_ADDON: '"bakup.node"', "import.meta.dirname": "__dirname" },
      logLevel: "warning",
    });
    copyFileSync("dist/bakup.node", join(folder, "bakup.node"));
    machine = await bootMachine([join(folder, "flood.cjs"), join(folder, "bakup.node")]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
after(() => machine?.stop());

for (const [end, how] of [
  ["exit", "process.exit"],
  ["kill", "SIGKILL"],
] as const) {
  test(`of 300 entries of a unit before ${how}, journalctl --unit shows 300 with every field`, LANE, async () => {
    await machine.sh(`systemd-run --quiet --wait --unit=flood-${end} node /root/flood.cjs 300 ${end}`);
    const entries = await readJournal(machine, `--unit=flood-${end} BAKUP_KIND=warning`);
    assert.deepEqual(
      entries.map((entry) => Number(entry.BAKUP_NUMBER)),
      Array.from({ length: 300 }, (_, index) => index + 1),
    );
    for (const { BAKUP_PROFILE, BAKUP_RUN, BAKUP_STEP, PRIORITY, MESSAGE_ID } of entries) {
      assert.deepEqual([BAKUP_PROFILE, BAKUP_RUN, BAKUP_STEP, PRIORITY], ["laptop", "r1", "transfer", "4"]);
      assert.match(MESSAGE_ID ?? "", /^[0-9a-f]{32}$/);
    }
  });
}
