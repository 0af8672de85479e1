import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { makePlace } from "../cli/place.ts";

interface Printed {
  check: string;
  level: string;
  profile: string | null;
  text: string;
  hint: string | null;
}

/** Puts programs before those of the machine, which has no systemd at work. */
function putPrograms(context: TestContext, folder: string, programs: Readonly<Record<string, string>>): void {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  const before = process.env.PATH;
  process.env.PATH = `${bin}:${before}`;
  context.after(() => {
    process.env.PATH = before;
  });
}

async function examine(bakup: ReturnType<typeof makePlace>["bakup"]) {
  const { code, stdout, stderr } = await bakup("doctor", "--json");
  assert.notEqual(stdout, "", stderr);
  const { fit, findings }: { fit: boolean; findings: Printed[] } = JSON.parse(stdout);
  assert.equal(fit, !findings.some(({ level }) => level === "problem"));
  assert.equal(code, fit ? 0 : 8);
  return { code, fit, of: (check: string) => findings.filter((finding) => finding.check === check) };
}

const TIMERS = `case "$*" in
  *ActiveState*) printf 'UnitFileState=enabled\\nActiveState=active\\n\\nUnitFileState=enabled\\nActiveState=active\\n\\nUnitFileState=\\nActiveState=inactive\\n' ;;
  *) printf 'LoadState=loaded\\nPrivateTmp=%s\\nProtectHome=read-only\\nDropInPaths=/etc/x.conf\\n' "$PRIVATE_TMP" ;;
esac`;

test("the exit code follows from the findings, and a check of the store is known afterwards", async (context) => {
  const { bakup, backUp, write, folder } = makePlace(context);
  putPrograms(context, folder, { systemctl: `PRIVATE_TMP=no\n${TIMERS}` });
  write("a", "one");
  await backUp("2026-03-01T02:00:00Z");
  const before = await examine(bakup);
  assert.match(before.of("verify")[0]?.text ?? "", /ever checked/);
  await bakup("verify");
  const after = await examine(bakup);
  assert.match(after.of("verify")[0]?.text ?? "", /last checked/);
  assert.deepEqual(
    after.of("timer").map(({ level }) => level),
    ["fine", "fine"],
  );
  assert.equal(after.of("sandbox")[0]?.level, "fine");
  assert.deepEqual([after.of("rsync")[0]?.profile, after.of("space")[0]?.profile], [null, "box"]);
});

test("a drop-in that empties /tmp makes the machine unfit: exit code 8, and a way out", async (context) => {
  const { bakup, folder } = makePlace(context);
  putPrograms(context, folder, { systemctl: `PRIVATE_TMP=yes\n${TIMERS}` });
  const { code, fit, of } = await examine(bakup);
  assert.deepEqual([code, fit], [8, false]);
  assert.match(of("sandbox")[0]?.hint ?? "", /\/etc\/x\.conf/);
  const { stdout } = await bakup("doctor");
  assert.match(stdout, /^problem {2}sandbox {6}bakup\.service: PrivateTmp=yes/m);
  assert.match(stdout, /\n\d+ problems?.*\n$/);
});

test("a profile whose store is not here yet is no problem, and says so", async (context) => {
  const { bakup } = makePlace(context);
  const { of } = await examine(bakup);
  assert.deepEqual(
    [...of("store").map(({ level, profile }) => [level, profile]), of("space"), of("mount")],
    [["advice", "box"], [], []],
  );
});

test("a full store in memory is a problem of its mount and of its space", async (context) => {
  const { bakup, backUp, write, folder } = makePlace(context);
  const disk = join(folder, "disk");
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", disk]);
  try {
    write("a", "one");
    await backUp("2026-03-01T02:00:00Z");
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(join(disk, "filling"), Buffer.alloc((bavail - 2) * bsize));
    const { code, of } = await examine(bakup);
    assert.equal(code, 8);
    assert.equal(of("space")[0]?.level, "problem");
    assert.match(of("mount")[0]?.text ?? "", /is tmpfs/);
  } finally {
    execFileSync("umount", [disk]);
  }
});

test("a configuration that everybody may write is found, and a secret that everybody may read", async (context) => {
  const token = join(mkdtempSync(join(tmpdir(), "bakup-doctor-")), "token");
  context.after(() => rmSync(dirname(token), { recursive: true }));
  writeFileSync(token, "secret", { mode: 0o644 });
  const settings = `[callback]\npath = /bin/true\n[webhook]\nurl = https://localhost/x\ntoken = file:${token}\n`;
  const { bakup, folder } = makePlace(context, settings);
  const file = join(folder, "bakup.conf");
  chmodSync(file, 0o666);
  const { of } = await examine(bakup);
  assert.deepEqual(
    of("permissions").map(({ hint }) => hint),
    [`chmod go-w ${file}`, `chmod 600 ${token}`],
  );
});

test("without rsync no machine is fit", async (context) => {
  const { bakup, folder } = makePlace(context);
  const path = process.env.PATH;
  process.env.PATH = folder;
  const { code, of } = await examine(bakup).finally(() => {
    process.env.PATH = path;
  });
  assert.deepEqual([code, of("rsync")[0]?.text], [8, "rsync is not there"]);
});

test("a newest snapshot that had to copy files for want of links is found", async (context) => {
  const { bakup, backUp, write, store } = makePlace(context);
  write("a", "one");
  await backUp("2026-03-01T02:00:00Z");
  assert.deepEqual(
    (await examine(bakup)).of("links").map(({ level }) => level),
    ["fine"],
  );
  const record = join(store, ".bakup/2026-03-01T02-00-00Z.json");
  writeFileSync(record, JSON.stringify({ ...JSON.parse(readFileSync(record, "utf8")), linkLimit: 3 }));
  const [finding] = (await examine(bakup)).of("links");
  assert.deepEqual([finding?.level, finding?.profile], ["advice", "box"]);
  assert.match(finding?.text ?? "", /the newest snapshot copied 3/);
});

test("a folder of the configuration that others may write is found", async (context) => {
  const { bakup, folder } = makePlace(context);
  const texts = async () => (await examine(bakup)).of("permissions").map(({ text }) => text);
  assert.deepEqual(await texts(), ["nobody else may change the configuration, or read its secrets"]);
  chmodSync(folder, 0o770);
  assert.deepEqual(await texts(), [`others may replace files in ${folder}, and so decide what bakup does`]);
});
