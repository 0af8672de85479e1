import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { compareTrees } from "../store/compare-trees.ts";
import { answerOf, RSYNC_SYSTEM_BACKUP, rsync, startRsync, temporaryFolder } from "./client.ts";
import { type Daemon, startDaemon } from "./daemon.ts";

/** One situation: what the client does, whether post-xfer runs, rsync's status then, and what bakup made of it. */
interface Row {
  situation: string;
  act: (daemon: Daemon, source: string) => Promise<unknown>;
  /** Undefined: post-xfer does not run. */
  status: number | undefined;
  snapshots: 0 | 1;
  /** The kind of the log's entry; none for what is of no interest. */
  logged?: string;
}

const ROWS: readonly Row[] = [
  {
    situation: "a list of the modules",
    act: async (daemon) => assert.match((await rsync(daemon.url(""))).said, /^secret\b/m),
    status: undefined,
    snapshots: 0,
  },
  {
    situation: "an unknown module",
    act: async (daemon) => assert.match((await rsync(daemon.url("nothing"))).said, /Unknown module/),
    status: undefined,
    snapshots: 0,
  },
  {
    situation: "a failed authentication",
    act: async (daemon, source) => {
      writeFileSync(`${source}.password`, "wrong\n", { mode: 0o600 });
      const url = daemon.url("secret").replace("//", "//somebody@");
      assert.match((await rsync("-a", `--password-file=${source}.password`, `${source}/`, url)).said, /auth failed/);
    },
    status: undefined,
    snapshots: 0,
  },
  {
    situation: "a listing of a module",
    act: (daemon) => rsync(daemon.url("m")),
    status: 0,
    snapshots: 0,
  },
  {
    situation: "a listing of a module with all that is below",
    act: (daemon) => rsync("-r", "--list-only", daemon.url("m")),
    status: 0,
    snapshots: 0,
  },
  {
    situation: "an upload",
    act: (daemon, source) => rsync("-a", `${source}/`, daemon.url("m")),
    status: 0,
    snapshots: 1,
    logged: "uploadKept",
  },
  {
    situation: "an upload as rsync-system-backup does it",
    act: (daemon, source) => rsync(...RSYNC_SYSTEM_BACKUP, `${source}/`, daemon.url("m")),
    status: 0,
    snapshots: 1,
    logged: "uploadKept",
  },
  {
    situation: "an upload into a folder of the module",
    act: (daemon, source) => rsync("-a", `${source}/`, `${daemon.url("m")}below/`),
    status: 0,
    snapshots: 1,
    logged: "uploadKept",
  },
  {
    situation: "an upload that deletes",
    act: (daemon, source) => rsync("-a", "--delete", `${source}/sub/`, daemon.url("m")),
    status: 0,
    snapshots: 1,
    logged: "uploadKept",
  },
  {
    situation: "a dry run of an upload",
    act: (daemon, source) => rsync("-an", "--delete", `${source}/`, daemon.url("m")),
    status: 0,
    snapshots: 0,
  },
  {
    situation: "a dry run with secluded arguments",
    act: (daemon, source) => rsync("-an", "-s", `${source}/`, daemon.url("m")),
    status: 0,
    snapshots: 0,
  },
  {
    situation: "an upload whose client lacks a source and ends with 23",
    act: async (daemon, source) => {
      const { code } = await rsync("-a", `${source}/`, `${source}/missing`, daemon.url("m"));
      assert.equal(code, 23);
    },
    status: 0,
    snapshots: 1,
    logged: "uploadKept",
  },
  {
    situation: "a download",
    act: (daemon, source) => rsync("-a", daemon.url("m"), `${source}/down/`),
    status: 0,
    snapshots: 0,
  },
  {
    situation: "a download of what is not there",
    act: (daemon, source) => rsync("-a", `${daemon.url("m")}missing`, `${source}/down/`),
    status: 23,
    snapshots: 0,
  },
  {
    situation: "an upload to a module that is read-only",
    act: (daemon, source) => rsync("-a", `${source}/`, daemon.url("fixed")),
    status: 1,
    snapshots: 0,
    logged: "uploadTurnedAway",
  },
  {
    situation: "an upload with an option that rsyncd refuses",
    act: (daemon, source) => rsync("-a", "--checksum", `${source}/`, daemon.url("strict")),
    status: 4,
    snapshots: 0,
    logged: "uploadTurnedAway",
  },
  {
    situation: "an upload with an option that writes in place",
    act: (daemon, source) => rsync("-a", "--inplace", `${source}/`, daemon.url("m")),
    status: 4,
    snapshots: 0,
    logged: "uploadRefused",
  },
  {
    situation: "a module whose folder is gone",
    act: (daemon, source) => rsync("-a", `${source}/`, daemon.url("gone")),
    status: 255,
    snapshots: 0,
  },
  {
    situation: "an upload whose client is killed",
    act: async (daemon, source) => {
      const child = startRsync("-a", "--bwlimit=1k", `${source}/`, daemon.url("m"));
      await sleep(1200);
      child.kill("SIGKILL");
      await answerOf(child);
    },
    status: 12,
    snapshots: 0,
    logged: "uploadBroken",
  },
];

for (const { situation, act, status, snapshots, logged } of ROWS) {
  test(`${situation}: rsync's status ${status ?? "none"}, ${snapshots} snapshot`, async (context) => {
    const source = makeSource(temporaryFolder(context));
    const daemon = await startDaemon(context, {
      modules: {
        m: "",
        secret: `auth users = somebody\nsecrets file = ${source}/none`,
        fixed: "read only = yes",
        strict: "refuse options = checksum",
        gone: "",
      },
    });
    rmSync(daemon.module("gone"), { recursive: true });
    await act(daemon, source);
    assert.deepEqual(
      status === undefined ? await noneEnds(daemon) : await daemon.ended(1),
      status === undefined ? [] : [status],
    );
    assert.equal(daemon.snapshots("m").length, snapshots);
    const kinds = daemon
      .log()
      .map((entry) => entry.BAKUP_KIND)
      .filter((kind) => String(kind).startsWith("upload"));
    assert.deepEqual(kinds, logged === undefined ? [] : [logged]);
    for (const name of daemon.snapshots("m")) {
      assert.deepEqual(compareTrees(daemon.module("m"), daemon.snapshot("m", name)), []);
    }
    if (status !== undefined) {
      assert.deepEqual(daemon.leftovers(), []);
    }
  });
}

test("max connections reached: post-xfer runs for the one that was let in, and for no other", async (context) => {
  const source = makeSource(temporaryFolder(context));
  const daemon = await startDaemon(context, { modules: { m: "max connections = 1" }, beforePost: "sleep 1" });
  assert.equal((await rsync("-a", `${source}/`, daemon.url("m"))).code, 0);
  const { code, said } = await rsync("-a", `${source}/`, daemon.url("m"));
  assert.equal(code, 5);
  assert.match(said, /max connections \(1\) reached/);
  await daemon.ended(1);
  await sleep(300);
  assert.deepEqual(await daemon.ended(1), [0]);
  assert.equal(daemon.snapshots("m").length, 1);
});

async function noneEnds(daemon: Daemon): Promise<number[]> {
  await sleep(300);
  return daemon.ended(0);
}

function makeSource(folder: string): string {
  const source = join(folder, "source");
  mkdirSync(join(source, "sub"), { recursive: true });
  writeFileSync(join(source, "file"), "content");
  writeFileSync(join(source, "sub/other"), "more");
  writeFileSync(join(source, "large"), Buffer.alloc(300_000, "x"));
  return source;
}
