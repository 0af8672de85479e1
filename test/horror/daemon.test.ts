import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fingerprint } from "../integration/fingerprint.ts";
import { rsync, temporaryFolder } from "../xfer/client.ts";
import { startDaemon } from "../xfer/daemon.ts";

test("H11: a listing, a download and a dry run of an upload make no snapshot", async (t) => {
  const daemon = await startDaemon(t, { modules: { m: "" } });
  const source = temporaryFolder(t);
  writeFileSync(join(source, "a"), "one");
  await rsync("-a", `${source}/`, daemon.url("m"));
  await daemon.ended(1);
  assert.equal(daemon.snapshots("m").length, 1);
  await rsync(daemon.url("m"));
  await rsync("-a", daemon.url("m"), `${source}-copy/`);
  await rsync("-an", "--delete", `${source}/`, daemon.url("m"));
  await daemon.ended(4);
  assert.equal(daemon.snapshots("m").length, 1);
});

test("H18: a client that has everything in its hand cannot change its history", async (t) => {
  const daemon = await startDaemon(t, { modules: { m: "" } });
  const source = temporaryFolder(t);
  mkdirSync(join(source, "folder"));
  writeFileSync(join(source, "folder/a"), "one");
  await rsync("-a", `${source}/`, daemon.url("m"));
  await daemon.ended(1);
  const [name = ""] = daemon.snapshots("m");
  const before = fingerprint(daemon.snapshot("m", name));
  await rsync("-a", "--chmod=a=", "--chown=1:1", `${source}/`, daemon.url("m"));
  const empty = temporaryFolder(t);
  await rsync("-a", "--delete", `${empty}/`, daemon.url("m"));
  await daemon.ended(3);
  assert.equal(fingerprint(daemon.snapshot("m", name)), before);
});
