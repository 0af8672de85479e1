import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { rsync, temporaryFolder } from "./client.ts";
import { startDaemon } from "./daemon.ts";

test("after the clock was set by days an upload is kept and nothing rotated, with one warning", async (context) => {
  const source = join(temporaryFolder(context), "source");
  mkdirSync(source);
  const offset = join(temporaryFolder(context), "offset");
  writeFileSync(offset, "+0");
  const daemon = await startDaemon(context, {
    modules: { m: "" },
    configuration: "[m]\nhourly = 1\n",
    // The times of files stay as they are.
    wrapper: `faketime -f "$(cat ${offset})" env NO_FAKE_STAT=1`,
  });
  let uploads = 0;
  const upload = async (when: string) => {
    uploads += 1;
    writeFileSync(offset, when);
    writeFileSync(join(source, "file"), `upload ${uploads}`);
    const before = daemon.log().length;
    assert.deepEqual(await rsync("-a", `${source}/`, daemon.url("m")), { code: 0, said: "" });
    await daemon.ended(uploads);
    const kinds = daemon
      .log()
      .slice(before)
      .map(({ BAKUP_KIND }) => BAKUP_KIND);
    return ["clockJumped", "rotationPostponed", "uploadKept", "snapshotRemoved"].filter((kind) => kinds.includes(kind));
  };
  assert.deepEqual(await upload("+0"), ["uploadKept"]);
  assert.deepEqual(await upload("+10d"), ["clockJumped", "rotationPostponed", "uploadKept"]);
  assert.deepEqual(await upload("+249h"), ["rotationPostponed", "uploadKept"]);
  assert.equal(daemon.snapshots("m").length, 3);
  assert.deepEqual(await upload("+265h"), ["uploadKept", "snapshotRemoved"]);
});
