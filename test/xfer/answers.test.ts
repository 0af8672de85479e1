import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { rsync, temporaryFolder } from "./client.ts";
import { startDaemon } from "./daemon.ts";
import { remember, sharedInodes } from "./history.ts";

const example = readFileSync(fileURLToPath(new URL("../../etc/rsyncd.conf.example", import.meta.url)), "utf8");

test("an upload that is not due is refused with the server's reason", async (context) => {
  const source = makeSource(temporaryFolder(context));
  const configuration =
    "[default]\nexclude[] = *\ntimer_arg[] = 20h\ntimer_arg[] = always\n[strict]\nallow_force = no\n";
  const daemon = await startDaemon(context, { modules: { m: "", strict: "" }, configuration });
  assert.deepEqual(await rsync("-a", source, daemon.url("m")), { code: 0, said: "" });
  await daemon.ended(1);
  const { code, said } = await rsync("-a", source, daemon.url("m"));
  assert.notEqual(code, 0);
  assert.match(said, /^bakup: not due: the last backup began at .*, not more than 20h ago; the next may begin at .*$/m);
  await daemon.ended(2);
  assert.equal(daemon.snapshots("m").length, 1);
  assert.deepEqual(
    daemon
      .log()
      .map((entry) => entry.BAKUP_KIND)
      .slice(-1),
    ["uploadNotDue"],
  );

  assert.equal((await rsync(daemon.url("m"))).code, 0, "a listing is always due");
  assert.equal((await rsync("-a", source, `${daemon.url("m")}./`)).code, 0, "MODULE/./ forces");
  await daemon.ended(4);
  assert.equal(daemon.snapshots("m").length, 2);

  assert.equal((await rsync("-a", source, daemon.url("strict"))).code, 0);
  await daemon.ended(5);
  assert.match(
    (await rsync("-a", source, `${daemon.url("strict")}./`)).said,
    /bakup: not due: .*; this server lets nobody force an upload/,
  );
  const flag = join(daemon.module("strict"), "../.bakup/backup");
  writeFileSync(flag, "");
  assert.equal((await rsync("-a", source, daemon.url("strict"))).code, 0, "the server's flag file asks for one");
  assert.ok(!existsSync(flag));
  await daemon.ended(7);
  assert.equal(daemon.snapshots("strict").length, 2);
});

test("with a broken configuration nothing is let in, and the client learns nothing of the server", async (context) => {
  const source = makeSource(temporaryFolder(context));
  const daemon = await startDaemon(context, { modules: { m: "" }, configuration: "[m]\nhourley = 3\n" });
  const { code, said } = await rsync("-a", source, daemon.url("m"));
  assert.notEqual(code, 0);
  assert.match(said, /bakup: broken: the server cannot take an upload now; its log says why/);
  assert.ok(!said.includes("xfer.conf"));
  await daemon.ended(1);
  const [entry] = daemon.log();
  assert.equal(entry?.BAKUP_KIND, "uploadImpossible");
  assert.match(String(entry?.BAKUP_REASON), /xfer\.conf:2: \[m\] has no key hourley/);
  assert.deepEqual(readdirSync(daemon.module("m")), []);
});

test("a module that is switched off takes uploads and keeps none", async (context) => {
  const source = makeSource(temporaryFolder(context));
  const daemon = await startDaemon(context, { modules: { m: "" }, configuration: "[m]\nenabled = no\n" });
  assert.equal((await rsync("-a", source, daemon.url("m"))).code, 0);
  await daemon.ended(1);
  assert.equal(daemon.snapshots("m").length, 0);
});

test("another disk in the place of the store takes no upload", async (context) => {
  const source = makeSource(temporaryFolder(context));
  const daemon = await startDaemon(context, { modules: { m: "" } });
  await rsync("-a", source, daemon.url("m"));
  await daemon.ended(1);
  rmSync(join(daemon.module("m"), "../.bakup"), { recursive: true });
  assert.match((await rsync("-a", source, daemon.url("m"))).said, /bakup: broken: /);
  await daemon.ended(2);
  assert.match(String(daemon.log().at(-1)?.BAKUP_REASON), /is not the store that it was before/);
});

test("modules with odd names, and users and paths with odd characters, are kept as any other", async (context) => {
  const source = makeSource(temporaryFolder(context));
  const names = ["with blank", "dots.and:colons", "-rf", "$(touch x)", "ümlaut", "a'b\"c"];
  const daemon = await startDaemon(context, { modules: Object.fromEntries(names.map((name) => [name, ""])) });
  for (const [index, name] of names.entries()) {
    assert.deepEqual(await rsync("-a", source, daemon.url(name)), { code: 0, said: "" }, name);
    await daemon.ended(index + 1);
    assert.equal(daemon.snapshots(name).length, 1, name);
  }
});

test("a file with a very long request and newlines in it does not disturb the helpers", async (context) => {
  const source = makeSource(temporaryFolder(context));
  const daemon = await startDaemon(context, { modules: { m: "" } });
  const name = `${"x".repeat(200)}\nbakup: not due: forged`;
  await rsync("-a", source, `${daemon.url("m")}${name}/`);
  await daemon.ended(1);
  assert.equal(daemon.snapshots("m").length, 1);
  assert.equal(daemon.log().filter((entry) => String(entry.BAKUP_KIND).startsWith("upload")).length, 1);
});

test("the first upload to a store of rsync-system-backup is put off until its snapshots are safe", async (context) => {
  const folder = temporaryFolder(context);
  const source = makeSource(folder);
  const daemon = await startDaemon(context, { modules: { m: "" }, configuration: "[m]\nexclude[] = *\n" });
  const old = join(daemon.module("m"), "../2026-01-02 03:04:05");
  execFileSync("cp", ["-a", `${source}/.`, daemon.module("m")]);
  execFileSync("cp", ["-al", daemon.module("m"), old]);
  assert.equal(sharedInodes(daemon, "m").length, 2);
  const memory = remember(daemon, "m", temporaryFolder(context));
  assert.match((await rsync("-a", "--chmod=F0600", `${source}/`, daemon.url("m"))).said, /bakup: busy: .* start again/);
  await daemon.ended(1);
  assert.deepEqual(sharedInodes(daemon, "m"), []);
  assert.deepEqual(await rsync("-a", "--chmod=F0600", `${source}/`, daemon.url("m")), { code: 0, said: "" });
  await daemon.ended(2);
  assert.deepEqual(memory.differences(), []);
  assert.equal(daemon.snapshots("m").length, 2);
  assert.deepEqual(sharedInodes(daemon, "m"), []);
});

test("the shipped rsyncd.conf lets a client upload with its password, and do nothing else", async (context) => {
  const folder = temporaryFolder(context);
  const source = makeSource(folder);
  const secrets = join(folder, "secrets");
  writeFileSync(secrets, "laptop:sesame\n", { mode: 0o600 });
  const [, settings = ""] = /^\[laptop\]\n([\s\S]*)/m.exec(uncommented(example)) ?? [];
  const lines = settings
    .split("\n")
    .filter((line) => !/^(path|pre-xfer exec|post-xfer exec|lock file|secrets file)\b/.test(line));
  const daemon = await startDaemon(context, {
    modules: { laptop: [...lines, `secrets file = ${secrets}`].join("\n") },
  });
  const url = daemon.url("laptop").replace("//", "//laptop@");
  const password = join(folder, "password");
  writeFileSync(password, "sesame\n");
  chmodSync(password, 0o600);
  const call = (...args: string[]) => rsync(`--password-file=${password}`, ...args);
  assert.deepEqual(await call("-aHAX", "--numeric-ids", "--delete", `${source}/`, url), { code: 0, said: "" });
  await daemon.ended(1);
  assert.equal(daemon.snapshots("laptop").length, 1);
  assert.match((await call("-a", url, `${folder}/down/`)).said, /ERROR: module is write only/);
  assert.match((await call("-a", "--inplace", `${source}/`, url)).said, /refused|configured to refuse --inplace/);
  assert.equal(await call(daemon.url("")).then(({ said }) => said), "");
  writeFileSync(password, "wrong\n");
  assert.match((await call("-a", `${source}/`, url)).said, /auth failed/);
});

function uncommented(text: string): string {
  return text
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n");
}

function makeSource(folder: string): string {
  mkdirSync(join(folder, "source/sub"), { recursive: true });
  writeFileSync(join(folder, "source/file"), "content");
  writeFileSync(join(folder, "source/sub/other"), "more");
  return join(folder, "source");
}
