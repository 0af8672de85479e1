import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import "../seed.ts";
import { countCases } from "../safety/cases.ts";
import { compareTrees } from "../store/compare-trees.ts";
import { temporaryFolder } from "../store/make-store.ts";
import { isRoot } from "../store/make-tree.ts";
import { keepStateIn, makeJob, runHere } from "./make-job.ts";
import { type Change, change, KEPT, make, run } from "./random-changes.ts";

/** So many histories of one source, each with several runs and changes before each; BAKUP_TEST_INDEX gives another number. */
const HISTORIES = Number(process.env.BAKUP_TEST_INDEX ?? 12);

/** At most so many changes before a run; BAKUP_TEST_CHANGES gives another number. */
const CHANGES = Number(process.env.BAKUP_TEST_CHANGES ?? 40);

/** What happens beside the changes of the source. Without an index nobody sees an edit that keeps size and time. */
const EVENTS = {
  none: { walks: false },
  "full walk": { walks: false },
  mount: { walks: false },
  filter: { walks: true },
  "index lost": { walks: true },
  "index damaged": { walks: true },
  "clock set back": { walks: true },
  "mirror moved": { walks: true },
} as const;

type EventName = keyof typeof EVENTS;

interface Night {
  before: Change[];
  event: EventName;
  /** Made while the run works: after it has found out what has changed, or after it has copied. */
  meanwhile: { step: "transfer" | "index"; changes: Change[] } | null;
}

const night: fc.Arbitrary<Night> = fc.record({
  before: fc.array(change, { maxLength: CHANGES, size: "max" }),
  event: fc.oneof(
    { arbitrary: fc.constant("none" as const), weight: 6 },
    {
      arbitrary: fc.constantFrom(...(Object.keys(EVENTS) as EventName[]).filter((name) => name !== "mount" || isRoot)),
      weight: 4,
    },
  ),
  meanwhile: fc.option(
    fc.record({
      step: fc.constantFrom("transfer" as const, "index" as const),
      changes: fc.array(change, { maxLength: 3 }),
    }),
  ),
});

/** A source, its mirror, and the runs from the one to the other. */
class History {
  readonly source: string;
  private readonly mirror: string;
  private readonly index: string;
  private readonly top: string;
  private exclude: string[] = [];
  private mounted: string | undefined;
  /** Runs that relied on the index, and the changes that they had to find. */
  indexed = { runs: 0, changes: 0 };
  private pending = 0;

  constructor() {
    this.top = mkdtempSync(join(tmpdir(), "bakup-index-"));
    this.source = join(this.top, "source");
    this.mirror = join(this.top, "store/latest");
    this.index = join(this.top, "store/.bakup/index/index.json");
    mkdirSync(this.source);
    writeFileSync(join(this.source, KEPT), "kept");
  }

  async live({ before, event, meanwhile }: Night): Promise<void> {
    for (const each of before) {
      if (!EVENTS[event].walks || each.kind !== "hidden edit") {
        this.change(each);
      }
    }
    if (event === "mount") {
      await this.liveMounted();
    } else {
      this.suffer(event);
    }
    await this.backUp({ full: event === "full walk", meanwhile });
    if (meanwhile !== null) {
      await this.backUp();
    }
    this.check();
  }

  private change(step: Change): void {
    this.pending += make(this.source, step) ? 1 : 0;
  }

  async backUp({ full = false, meanwhile }: { full?: boolean; meanwhile?: Night["meanwhile"] } = {}): Promise<void> {
    const job = makeJob(
      { source: this.source, mirror: this.mirror },
      {
        actions: { backup: true, snapshot: false, rotate: false },
        guard: { maxDeletePercent: 100, maxRewritePercent: 100 },
        filters: { excludedRoots: [], exclude: this.exclude, oneFileSystem: true },
        walk: { index: true, everySeconds: 86_400, full },
      },
    );
    const onStep = (step: string) => {
      for (const each of step === meanwhile?.step ? meanwhile.changes : []) {
        this.change(each);
      }
    };
    const { exitCode, message, log } = await runHere(job, { observer: { onStep } });
    assert.ok([0, 6].includes(exitCode), `${exitCode}: ${message}`);
    const troubles = log.filter(({ kind }) => kind === "indexMissed" || kind === "warning");
    assert.deepEqual(troubles, []);
    if (!log.some(({ kind }) => kind === "fullWalk")) {
      this.indexed.runs += 1;
      this.indexed.changes += this.pending;
    }
    this.pending = 0;
  }

  /** By rsync's look at contents and attributes and, where nothing is left out, by a program that shares no code. */
  check(): void {
    const filters = this.exclude.map((pattern) => `--exclude=${pattern}`);
    const what = ["-naHAXcix", "--delete", "--delete-excluded", "--numeric-ids", "--modify-window=-1", ...filters];
    const { stdout } = spawnSync("rsync", [...what, `${this.source}/`, `${this.mirror}/`], { encoding: "utf8" });
    assert.equal(stdout, "");
    if (this.exclude.length === 0 && this.mounted === undefined) {
      const lines = compareTrees(this.source, this.mirror);
      assert.deepEqual(
        lines.filter((line) => !line.startsWith("links ")),
        [],
      );
    }
  }

  private async liveMounted(): Promise<void> {
    const folder = join(this.source, "a");
    if (!existsSync(folder) || !lstatSync(folder).isDirectory()) {
      return;
    }
    run("mount", ["-t", "tmpfs", "tmpfs", folder]);
    this.mounted = folder;
    await this.backUp();
    this.check();
    this.unmount();
  }

  private unmount(): void {
    if (this.mounted !== undefined) {
      run("umount", [this.mounted]);
      this.mounted = undefined;
    }
  }

  private suffer(event: EventName): void {
    if (event === "filter") {
      this.exclude = this.exclude.length === 0 ? ["A", "/b/*"] : [];
    } else if (event === "mirror moved") {
      run("cp", ["-a", this.mirror, `${this.mirror}.copy`]);
      rmSync(this.mirror, { recursive: true });
      renameSync(`${this.mirror}.copy`, this.mirror);
    } else if (existsSync(this.index)) {
      this.spoilIndex(event);
    }
  }

  private spoilIndex(event: EventName): void {
    const json = JSON.parse(readFileSync(this.index, "utf8"));
    if (event === "index lost") {
      rmSync(this.index);
    } else if (event === "index damaged") {
      const listing = join(dirname(this.index), json.listing);
      writeFileSync(listing, readFileSync(listing).subarray(0, -9));
    } else if (event === "clock set back") {
      json.times.listed = new Date(Date.now() + 3_600_000).toISOString();
      writeFileSync(this.index, JSON.stringify(json));
    }
  }

  end(): void {
    this.unmount();
    rmSync(this.top, { recursive: true, force: true });
  }
}

test("after any changes a run with an index leaves a mirror that equals the source, contents and attributes", async (t) => {
  keepStateIn(t, temporaryFolder(t));
  const counts = { changes: 0, runs: 0 };
  const first = fc.array(change, { minLength: 5, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(first, fc.array(night, { minLength: 1, maxLength: 5 }), async (beginning, nights) => {
      const history = new History();
      try {
        for (const each of beginning) {
          make(history.source, each);
        }
        await history.backUp();
        for (const each of nights) {
          await history.live(each);
        }
        counts.changes += history.indexed.changes;
        counts.runs += history.indexed.runs;
      } finally {
        history.end();
      }
    }),
    // A smaller case takes an hour to find: the path in the report repeats this one.
    { numRuns: HISTORIES, includeErrorInReport: true, endOnFailure: true },
  );
  countCases(t, counts.changes, `in ${counts.runs} runs that relied on the index`);
  assert.ok(counts.runs > 0);
});
