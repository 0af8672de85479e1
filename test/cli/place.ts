import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { loadConfiguration } from "../../src/config/load.ts";
import { AlreadyRunningError } from "../../src/errors/errors.ts";
import type { Journal } from "../../src/journal/journal.ts";
import { acquireGuard } from "../../src/lock/guard.ts";
import { executeJob, type RunReport } from "../../src/run/execute.ts";
import { recordRun } from "../../src/run/history/recorder.ts";
import { jobOfProfile } from "../../src/run/job.ts";
import { rememberRun } from "../../src/run/profile-state.ts";
import { callMain, type Outcome } from "./call-main.ts";

/** A source, an empty disk and a configuration with one profile, "box", in a folder of its own. */
export interface Place {
  folder: string;
  source: string;
  store: string;
  /** Calls bakup with this place's configuration. */
  bakup(...args: string[]): Promise<Outcome>;
  /** The same for a command that must end with 0 and print JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever JSON comes
  json(...args: string[]): Promise<any>;
  write(path: string, content: string): void;
  /** Runs the profile at an instant, and remembers how that ended as `bakup run` does. */
  backUp(now: string): Promise<RunReport>;
}

const SILENT: Journal = { event: () => undefined, child: () => SILENT };

/** @param location of the mirror; by default in the empty disk. */
export function makePlace(test: TestContext, settings = "", location?: string): Place {
  const folder = mkdtempSync(join(tmpdir(), "bakup-cli-"));
  setEnvironment(test, { STATE_DIRECTORY: join(folder, "state"), XDG_RUNTIME_DIR: join(folder, "run"), TZ: "UTC" });
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  test.after(() => removeGuardFile(join(folder, "disk/box")));
  const [source, disk, config] = [join(folder, "source"), join(folder, "disk"), join(folder, "bakup.conf")];
  for (const each of [source, disk, join(folder, "state"), join(folder, "run")]) {
    mkdirSync(each);
  }
  const own = `[profile]\nname = box\n[source]\npath = ${source}\nexcluded_root[] = /proc/\n`;
  writeFileSync(config, `${own}[destination]\nlocation = ${location ?? join(disk, "box/latest")}\n${settings}`, {
    mode: 0o600,
  });
  const bakup = (command: string, ...args: string[]) => callMain(command, "--config", config, ...args);
  return {
    folder,
    source,
    store: join(disk, "box"),
    bakup: (command = "", ...args) => bakup(command, ...args),
    json: async (command = "", ...args) => {
      const { code, stdout, stderr } = await bakup(command, "--json", ...args);
      assert.equal(code, 0, stderr);
      return JSON.parse(stdout);
    },
    write: (path, content) => {
      mkdirSync(join(source, path, ".."), { recursive: true });
      writeFileSync(join(source, path), content);
    },
    backUp: async (now) => {
      const loaded = loadConfiguration({ file: config });
      assert.ok(loaded.ok);
      const [profile] = loaded.profiles;
      assert.ok(profile);
      const job = jobOfProfile(profile, { dryRun: false, timed: false });
      const recorder = recordRun(job, randomUUID(), assert.fail);
      const { observer } = recorder;
      const report = await executeJob(job, { journal: recorder.journal(SILENT), observer, now: new Date(now) });
      recorder.finish(report);
      rememberRun(profile.name, report);
      return report;
    },
  };
}

/** Root's locks lie outside of this place, in /run/bakup. What a killed run has started may hold one a moment longer. */
async function removeGuardFile(store: string, tries = 200): Promise<void> {
  try {
    const { file, release } = await acquireGuard({ key: store, describe: "end of a test" });
    rmSync(file);
    release();
  } catch (error) {
    if (!(error instanceof AlreadyRunningError) || tries === 0) {
      throw error;
    }
    await sleep(100);
    await removeGuardFile(store, tries - 1);
  }
}

function setEnvironment(test: TestContext, values: Readonly<Record<string, string>>): void {
  const before = Object.keys(values).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, values);
  test.after(() => {
    for (const [name, value] of before) {
      if (value === undefined) {
        delete process.env[name];
      } else {
        process.env[name] = value;
      }
    }
  });
}
