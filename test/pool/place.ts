import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { runPool } from "../../src/pool/run.ts";
import type { PoolSwitches } from "../../src/pool/switches.ts";

export const me = userInfo().username;

/** For tests that start servers under users of their own, or become somebody else. */
export const needsRoot = { skip: process.getuid?.() !== 0 && "only root can become other users" };

export interface PoolRun {
  code: number;
  /** The lines for people. */
  screen: string[];
  log: string;
}

export interface Place {
  /** Absolute path of something in the place. */
  at(path: string): string;
  write(path: string, content?: string | Uint8Array): string;
  /** `@` in the text stands for the place. Adds [options] with a working directory and this user. */
  configure(text: string, options?: string): void;
  run(actions: readonly string[], options?: PoolSwitches & { now?: string; signal?: AbortSignal }): Promise<PoolRun>;
  /** All paths below a folder, sorted; folders end in a slash. */
  tree(path: string): string[];
}

/** A folder for a pool of its own, removed after the test. The clock is what each run says, in local time. */
export function makePlace(test: TestContext): Place {
  const root = mkdtempSync(join(tmpdir(), "bakup-pool-"));
  test.after(() => rmSync(root, { recursive: true, force: true }));
  const at = (path: string) => join(root, path);
  const write = (path: string, content: string | Uint8Array = `content of ${path}\n`) => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), content);
    return at(path);
  };
  return {
    at,
    write,
    configure: (text, options = "") => {
      const own = `[options]\nworking_dir = @/work\nbackup_user = ${me}\nbackup_group = root\n${options}\n`;
      write("pool.conf", `${own}${text}`.replaceAll("@", root));
    },
    run: async (actions, { now = "2026-11-25T03:00:00", signal, ...switches } = {}) => {
      const screen: string[] = [];
      const logfile = at("pool.log");
      const code = await runPool(
        actions,
        { config: at("pool.conf"), logfile, ...switches },
        {
          version: "1.2.3",
          now: () => new Date(now),
          signal: signal ?? new AbortController().signal,
          screen: (line) => screen.push(line),
          env: {},
        },
      );
      return { code, screen, log: readFileSync(switches.logfile ?? logfile, "utf8") };
    },
    tree: (path) =>
      readdirSync(at(path), { recursive: true, withFileTypes: true })
        .map((entry) => `${join(entry.path, entry.name)}${entry.isDirectory() ? "/" : ""}`.slice(at(path).length + 1))
        .sort(),
  };
}
