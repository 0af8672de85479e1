import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { callMain } from "../cli/call-main.ts";
import { nextSecond } from "../run/child.ts";
import { keepStateIn } from "../run/make-job.ts";
import { rsync, temporaryFolder } from "./client.ts";
import { startDaemon } from "./daemon.ts";

test("a module that uploads and runs on the same machine fill by turns keeps sound manifests", async (context) => {
  const folder = temporaryFolder(context);
  keepStateIn(context, join(folder, "state"));
  const source = join(folder, "source");
  mkdirSync(source);
  const daemon = await startDaemon(context, { modules: { m: "" } });
  const write = (content: string) => writeFileSync(join(source, "uploaded"), content);
  const run = async (...options: string[]) => {
    await nextSecond();
    const { code, stderr } = await callMain(
      "backup",
      "--disable-notifications",
      "--quiet",
      ...options,
      source,
      daemon.module("m"),
    );
    assert.equal(code, 0, stderr);
  };
  write("1");
  await run("-b", "-s");
  write("22");
  const upload = () => rsync("-a", `${source}/`, daemon.url("m"));
  // The first one is put off: the module gets inodes of its own before.
  await upload();
  assert.deepEqual(await upload(), { code: 0, said: "" });
  await daemon.ended(2);
  writeFileSync(join(source, "other"), "3");
  await run("-b", "-s");
  const { code, stdout } = await callMain("verify", "--store", dirname(daemon.module("m")));
  assert.equal(code, 0, stdout);
});
