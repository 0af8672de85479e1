import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FIRST_SNAPSHOT = Date.UTC(2025, 0, 1);
const HOUR_MS = 3_600_000;

/** A store with many snapshots, one an hour: records as bakup writes them, and empty folders. */
export function makeStore(store: string, count: number): void {
  const metadata = join(store, ".bakup");
  mkdirSync(join(store, "latest"), { recursive: true });
  mkdirSync(metadata, { mode: 0o700 });
  const identity = { id: "00000000-0000-4000-8000-000000000000", layout: 1, mirror: "latest" };
  writeFileSync(join(metadata, "store.json"), JSON.stringify(identity));
  for (let index = 0; index < count; index += 1) {
    const started = new Date(FIRST_SNAPSHOT + index * HOUR_MS).toISOString();
    const name = `${started.slice(0, 19).replaceAll(":", "-")}Z`;
    mkdirSync(join(store, name));
    writeFileSync(join(metadata, `${name}.json`), `${JSON.stringify(recordOf(name, started), null, 1)}\n`);
  }
}

/** A configuration with many profiles that an hour ago were backed up. @returns its main file. */
export function makeProfiles(folder: string, { count, state }: { count: number; state: string }): string {
  const profiles = join(folder, "profiles.d");
  mkdirSync(profiles, { recursive: true });
  const started = new Date(Date.now() - HOUR_MS).toISOString();
  const backup = { started, snapshot: `${started.slice(0, 19).replaceAll(":", "-")}Z` };
  for (let index = 0; index < count; index += 1) {
    const name = `p${index}`;
    const location = join(folder, "stores", name, "latest");
    const text = `[profile]\nid = ${index + 1}\n[source]\npath = /home\n[destination]\nlocation = ${location}\n`;
    writeFileSync(join(profiles, `${name}.conf`), text);
    mkdirSync(join(state, "profiles", name), { recursive: true });
    writeFileSync(
      join(state, "profiles", name, "state.json"),
      `${JSON.stringify({ lastSuccess: backup, lastComplete: backup }, null, 1)}\n`,
    );
  }
  const main = join(folder, "bakup.conf");
  writeFileSync(main, '[schedule]\ntimer_arg[] = 20h\ntimer_arg[] = "always"\n');
  return main;
}

function recordOf(name: string, started: string): unknown {
  return {
    name,
    state: "complete",
    started,
    finished: started,
    origin: "run",
    host: "laptop",
    profile: "laptop",
    source: "/home",
    entries: 321_004,
    bytes: 1_834_567_890,
    changes: { created: 120, changed: 340, attributes: 12, deleted: 80, bytes: 45_678_901 },
    vanished: 0,
    unreadable: 0,
    backend: "hard-links",
  };
}
