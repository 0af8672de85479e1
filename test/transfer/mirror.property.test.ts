import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import "../seed.ts";
import { applyPlan } from "../../src/transfer/apply.ts";
import { planTransfer } from "../../src/transfer/plan.ts";
import { removePaths } from "../../src/transfer/remove.ts";
import { unshare } from "../../src/transfer/unshare.ts";
import { PYTHON } from "../python.ts";
import { type Change, change, KEPT, make, run } from "../run/random-changes.ts";
import { countCases } from "../safety/cases.ts";
import { compareTrees } from "../store/compare-trees.ts";

/** So many mirrors are made, each with changes of its own; BAKUP_TEST_MIRROR gives another number. */
const CASES = Number(process.env.BAKUP_TEST_MIRROR ?? 15);

/** Without an index nobody sees an edit that keeps size and time. */
const seen = change.filter(({ kind }) => kind !== "hidden edit");

/** Something becomes again what it was before the night's changes, but for its mode or owner. */
interface Return {
  pick: number;
  value: number;
}

/** What happens before a plan, and between it and the transfer. */
interface Night {
  before: Change[];
  meanwhile: Change[];
  returns: Return[];
}

const night: fc.Arbitrary<Night> = fc.record({
  before: fc.array(seen, { minLength: 1, maxLength: 12 }),
  meanwhile: fc.array(seen, { maxLength: 2 }),
  returns: fc.array(fc.record({ pick: fc.nat(10_000), value: fc.nat(3) }), { maxLength: 4 }),
});

/** A source, its mirror, and a snapshot that links the mirror's files. */
class Trees {
  private readonly top = mkdtempSync(join(tmpdir(), "bakup-mirror-"));
  readonly source = join(this.top, "source");
  readonly mirror = join(this.top, "mirror");
  readonly snapshot = join(this.top, "snapshot");
  private readonly earlier = join(this.top, "earlier");
  readonly staging = join(this.top, "staging");

  constructor() {
    mkdirSync(this.source);
    mkdirSync(this.mirror);
    writeFileSync(join(this.source, KEPT), "kept");
  }

  change(steps: readonly Change[]): void {
    for (const step of steps) {
      make(this.source, step);
    }
  }

  async live({ before, meanwhile, returns }: Night): Promise<void> {
    run("cp", ["-a", this.source, this.earlier]);
    this.change(before);
    await this.bringUpToDate(() => {
      for (const each of returns) {
        this.bringBack(each);
      }
      this.change(meanwhile);
    });
    rmSync(this.earlier, { recursive: true });
    await this.bringUpToDate();
  }

  async bringUpToDate(meanwhile?: () => void): Promise<void> {
    const { source, mirror, staging } = this;
    const transfer = { source, target: mirror, filters: { excludedRoots: [], exclude: [], oneFileSystem: true } };
    const plan = await planTransfer(transfer, {});
    meanwhile?.();
    await removePaths(mirror, plan.deletions);
    const touched = await unshare(mirror, plan.items, { staging, context: {} });
    const { problems } = await applyPlan(transfer, plan, { context: {}, touched });
    assert.ok(!existsSync(staging));
    if (meanwhile === undefined) {
      assert.deepEqual(problems, []);
      assert.equal(missing(source, mirror), "");
      assert.deepEqual(differencesButLinks(source, mirror), []);
    }
  }

  private bringBack({ pick, value }: Return): void {
    const entries = readdirSync(this.earlier, { recursive: true, encoding: "utf8" }).sort();
    const entry = entries[pick % entries.length] ?? KEPT;
    const target = join(this.source, entry);
    rmSync(target, { recursive: true, force: true });
    if (run("cp", ["-a", "-T", "--", join(this.earlier, entry), target])) {
      run("chown", ["-h", `${value}:${value}`, "--", target]);
      run("chmod", [`6${value}0`, "--", target]);
    }
  }

  end(): void {
    rmSync(this.top, { recursive: true, force: true });
  }
}

test("after any changes the mirror equals the source, and the snapshot that links it is what it was", async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(seen, { minLength: 3, maxLength: 25 }),
      fc.array(night, { maxLength: 3 }),
      async (first, nights) => {
        const trees = new Trees();
        try {
          trees.change(first);
          await trees.bringUpToDate();
          run("cp", ["-al", trees.mirror, trees.snapshot]);
          const before = describe(trees.snapshot);
          for (const each of nights) {
            await trees.live(each);
            assert.equal(describe(trees.snapshot), before);
          }
        } finally {
          trees.end();
        }
      },
    ),
    { numRuns: CASES, includeErrorInReport: true },
  );
  countCases(t, CASES);
});

/** What rsync finds of contents, attributes and links that the mirror lacks. */
function missing(source: string, mirror: string): string {
  const args = ["-naHAXi", "--delete", "--numeric-ids", "--modify-window=-1", `${source}/`, `${mirror}/`];
  return spawnSync("rsync", args, { encoding: "utf8" }).stdout;
}

/** Two files that are alike may stay links of one in the mirror, as they were: rsync does not part them. */
function differencesButLinks(source: string, mirror: string): string[] {
  return compareTrees(source, mirror).filter((line) => !line.startsWith("links "));
}

/** All that a tree holds, by a program that shares no code with bakup. */
function describe(tree: string): string {
  const { stdout, status } = spawnSync(PYTHON, ["test/crash/check_store.py", "describe", tree], {
    encoding: "utf8",
  });
  assert.equal(status, 0);
  return stdout;
}
