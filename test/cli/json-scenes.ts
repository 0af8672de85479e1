import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { hideLiveRun, readLiveRun } from "../../src/run/history/live.ts";
import { openStore } from "../../src/store/layout.ts";
import { writeIndexDoubt } from "../../src/store/source-index.ts";
import { BAKUP, slowRsync, startBakup, until } from "../run/child.ts";
import { makePlace, type Place } from "./place.ts";

/** Calls a command with --json, and keeps what it prints. */
export type Ask = (place: Pick<Place, "bakup">, command: string, ...args: string[]) => Promise<void>;

const QUIET = "[notifications]\ndesktop = no\n";
/** A callback that wants no backup. */
const CALL_OFF = "/bin/false";
const FIRST = "2026-03-01T02-00-00Z";
const SECOND = "2026-03-02T02-00-00Z";
/** A name that is not UTF-8. */
const ODD = Buffer.from("odd\xff", "latin1");

/** Situations to read reports in. Together they show every field that there is. */
export const SCENES: Readonly<Record<string, (t: TestContext, ask: Ask) => Promise<void>>> = {
  "nothing has happened yet": async (t, ask) => {
    const place = makePlace(t, `[schedule]\ntimer_arg[] = 20h\n${QUIET}`);
    for (const command of ["status", "history", "due", "check", "doctor", "watch"]) {
      await ask(place, command);
    }
    for (const location of ["/mnt/x", "me@host:x", "host::module/x", "::x"]) {
      await ask(place, "locate", location);
    }
    await ask(place, "due", "--simulate", "--now", "2026-03-01T02:00:00Z", "--arg", "20h");
    const names = join(place.folder, "names");
    writeFileSync(names, `${FIRST}\nno date\n`);
    await ask(place, "rotate", "--simulate", names);
    mkdirSync(join(place.folder, "profiles.d"));
    const other = "[profile]\nid = 0\n[destination]\nlocation = host:x/latest\n";
    writeFileSync(join(place.folder, "profiles.d/other.conf"), other, { mode: 0o600 });
    await ask(place, "check");
  },

  "a run that the callback calls off": async (t, ask) => {
    const place = makePlace(t, `[callback]\npath = ${CALL_OFF}\n${QUIET}`);
    await place.backUp("2026-03-01T02:00:00Z");
    await ask(place, "status");
  },

  "three runs, files that differ, a refused run, a stray": async (t, ask) => {
    const place = makePlace(t, QUIET);
    const { store, source, folder } = place;
    writeOdd(place, "one");
    const many = Array.from({ length: 25 }, (_, index) => `many/${index}`);
    for (const name of many) {
      place.write(name, name);
    }
    await place.backUp("2026-03-01T02:00:00Z");
    writeOdd(place, "longer");
    await place.backUp("2026-03-02T02:00:00Z");
    await ask(place, "pin", "box", FIRST, "--reason", "the first one");
    mkdirSync(join(store, "2026-03-05T00-00-00Z"));
    for (const name of many) {
      rmSync(join(source, name));
    }
    await place.backUp("2026-03-04T02:00:00Z");
    for (const command of ["status", "history", "list", "watch"]) {
      await ask(place, command);
    }
    await ask(place, "find", "box", "odd*");
    await ask(place, "diff", "box", FIRST, SECOND);
    await ask(place, "rotate", "--dry-run");
    const to = join(folder, "restored");
    mkdirSync(to);
    await ask(place, "restore", "box", "--to", to, "--dry-run");
    writeFileSync(Buffer.concat([Buffer.from(`${to}/`), ODD]), "mine");
    await ask(place, "restore", "box", "--to", to);
    writeFileSync(Buffer.concat([Buffer.from(`${to}/`), ODD, Buffer.from("2")]), "extra");
    await ask(place, "restore", "box", "--to", to, "--overwrite", "--delete", "--yes");
    const opened = openStore(store);
    writeIndexDoubt(opened, { when: new Date().toISOString(), missed: 2, example: "odd" });
    opened.close();
    await ask(place, "accept");
    await ask(place, "list");
    await ask(place, "unpin", "box", FIRST);
  },

  "snapshots of another program": async (t, ask) => {
    const place = makePlace(t, QUIET);
    place.write("a", "one");
    await place.backUp("2026-03-01T02:00:00Z");
    const foreign = join(place.folder, "rsnapshot");
    mkdirSync(join(foreign, "daily.0/localhost/etc"), { recursive: true });
    mkdirSync(join(foreign, "2026-02-02T00-00-00Z.part"));
    mkdirSync(join(foreign, "daily.1"));
    await ask(place, "adopt", "box", foreign, "--subfolder", "localhost", "--dry-run");
    await ask(place, "adopt", "box", foreign, "--subfolder", "localhost");
  },

  "damage that is found, and healed as far as that goes": async (t, ask) => {
    const place = makePlace(t, QUIET);
    writeOdd(place, "the only copy");
    place.write("copy", "the only copy");
    place.write("single", "no other copy");
    place.write("sub/copy", "the only copy");
    const changed = join(place.source, "single");
    utimesSync(changed, 1_000_000_000, 1_000_000_000);
    await place.backUp("2026-03-01T02:00:00Z");
    writeFileSync(changed, "no other cozy");
    utimesSync(changed, 1_000_000_000, 1_000_000_000);
    await ask(place, "verify", "--source");
    await ask(place, "verify");
    const oddPath = Buffer.concat([Buffer.from(`${join(place.store, FIRST)}/`), ODD]);
    const sub = join(place.store, FIRST, "sub");
    for (const path of [oddPath, join(place.store, FIRST, "single"), join(sub, "copy")]) {
      writeFileSync(path, "rotten");
    }
    await ask(place, "verify", "--restore-test", "3");
    await ask(place, "verify");
    for (const command of ["status", "list", "doctor"]) {
      await ask(place, command);
    }
    await ask(place, "repair", "--dry-run");
    chmodSync(sub, 0o555);
    await ask(asNobody(place), "repair", "--yes");
    chmodSync(sub, 0o755);
    giveToRoot(place);
    await ask(place, "repair", "--yes");
  },

  "a run that works, and one that was cut off": async (t, ask) => {
    const place = makePlace(t, QUIET);
    place.write("a", "one");
    const { env, pidFile } = slowRsync(place.folder);
    const config = join(place.folder, "bakup.conf");
    // What runs of root are doing lies in one place: no other test has a profile of this name.
    const name = `box-${process.pid}`;
    t.after(() => hideLiveRun(name));
    writeFileSync(config, readFileSync(config, "utf8").replace("name = box", `name = ${name}`));
    await place.backUp("2026-03-01T02:00:00Z");
    place.write("large", "x".repeat(3_000_000));
    const run = startBakup(["run", "--config", config, "--log-format", "human"], { env });
    const isKnown = () => readLiveRun(name)?.progress?.secondsLeft !== undefined;
    await until(isKnown, { seconds: 60, what: "progress of the transfer" });
    await ask(place, "status");
    await ask(place, "history");
    run.process.kill("SIGKILL");
    process.kill(Number(readFileSync(pidFile, "utf8")), "SIGKILL");
    await run.ended;
    await ask(place, "status");
    await ask(place, "history");
  },

  "what may not be read": async (t, ask) => {
    const place = makePlace(t, QUIET);
    writeOdd(place, "one");
    place.write("closed/in", "one");
    await place.backUp("2026-03-01T02:00:00Z");
    writeOdd(place, "longer");
    await place.backUp("2026-03-02T02:00:00Z");
    const to = join(place.folder, "restored");
    mkdirSync(to);
    const trees = [place.source, join(place.store, FIRST), join(place.store, SECOND)];
    const nobody = asNobody(place);
    for (const tree of trees) {
      chmodSync(Buffer.concat([Buffer.from(`${tree}/`), ODD]), 0);
    }
    await ask(nobody, "verify", "--restore-test", "3");
    await ask(nobody, "verify", "--source");
    for (const tree of trees) {
      chmodSync(join(tree, "closed"), 0);
    }
    await ask(nobody, "find", "box", "i*");
    await ask(nobody, "diff", "box", FIRST, SECOND);
    await ask(nobody, "restore", "box", "--to", to);
  },
};

function writeOdd(place: Place, content: string): void {
  writeFileSync(Buffer.concat([Buffer.from(`${place.source}/`), ODD]), content);
}

/** After `asNobody`: root works in no store of another user. */
function giveToRoot({ folder }: Place): void {
  if (process.geteuid?.() === 0) {
    execFileSync("chown", ["-R", "root:root", folder]);
  }
}

/** Root may read everything: calls bakup as another user, to whom all of the place belongs. */
function asNobody(place: Place): Pick<Place, "bakup"> {
  if (process.geteuid?.() !== 0) {
    return place;
  }
  execFileSync("chown", ["-R", "nobody:nogroup", place.folder]);
  const before = ["--reuid=nobody", "--regid=nogroup", "--clear-groups", ...BAKUP];
  const config = ["--config", join(place.folder, "bakup.conf")];
  return {
    bakup: async (command = "", ...args) => {
      const { status, ...output } = spawnSync("setpriv", [...before, command, ...config, ...args], {
        encoding: "utf8",
      });
      return { ...output, code: status ?? -1 };
    },
  };
}
