import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { importCedar } from "../../src/pool/import/import.ts";
import { makePlace, me, needsRoot, type Place } from "./place.ts";
import { startSshd } from "./sshd.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Pair extends Place {
  /** Runs the real Cedar Backup with the configuration. @param now as faketime takes it; the real time by default. */
  cback3(actions: string[], now?: string): { status: number | null; log: string };
}

/** A place with a cback.conf, and the pool.conf that bakup makes of it; both programs have folders of their own. */
async function withBoth(t: TestContext, xml: string): Promise<Pair> {
  const place = makePlace(t);
  const options = `<options><starting_day>tuesday</starting_day><working_dir>@/work</working_dir><backup_user>${me}</backup_user>
    <backup_group>root</backup_group><rcp_command>/usr/bin/scp</rcp_command><rsh_command>/usr/bin/ssh</rsh_command><cback_command>@/other</cback_command></options>`;
  const text = (of: string) =>
    `<cb_config>${options}${xml}</cb_config>`.replaceAll("@", place.at(of)).replaceAll("~", place.at(""));
  for (const of of ["cedar", "bakup"]) {
    place.write(`${of}.xml`, text(of));
    for (const folder of ["work", "collect", "stage"]) {
      mkdirSync(place.at(`${of}/${folder}`), { recursive: true });
    }
  }
  const imported = await importCedar(place.at("bakup.xml"));
  assert.deepEqual([imported.exitCode, imported.notes], [0, []]);
  place.write("pool.conf", `${imported.text}\n`);
  return {
    ...place,
    cback3: (actions, now) => {
      const log = place.at("cedar.log");
      const words = ["cback3", "-c", place.at("cedar.xml"), "-l", log, "-o", "root:root", ...actions];
      const { status } = spawnSync(
        now === undefined ? "env" : "faketime",
        now === undefined ? words : [now, ...words],
        { encoding: "utf8" },
      );
      return { status, log: readFileSync(log, "utf8") };
    },
  };
}

/** Members of the archives of a folder, by archive; folders end in a slash. */
function members(place: Place, dir: string): Record<string, string[]> {
  const names = place.tree(dir).filter((name) => name.includes(".tar"));
  const list = (name: string) => execFileSync("tar", ["-tf", place.at(`${dir}/${name}`)], { encoding: "utf8" });
  return Object.fromEntries(names.map((name) => [name, list(name).trimEnd().split("\n").sort()]));
}

/** What Cedar Backup leaves out of its archives: folders, and links that lead nowhere. */
function withoutOurs(found: Record<string, string[]>): Record<string, string[]> {
  const kept = Object.entries(found).map(([name, paths]): [string, string[]] => [
    name,
    paths.filter((path) => !/\/$|dangling/.test(path)),
  ]);
  return Object.fromEntries(kept.filter(([, paths]) => paths.length > 0));
}

const SOURCES = `<collect><collect_dir>@/collect</collect_dir><collect_mode>daily</collect_mode><archive_mode>targz</archive_mode>
  <ignore_file>.skip</ignore_file><exclude><pattern>.*\\.log</pattern></exclude>
  <file><abs_path>~/src/top file</abs_path><collect_mode>weekly</collect_mode><archive_mode>tar</archive_mode></file>
  <dir><abs_path>~/src/plain</abs_path><exclude><rel_path>out</rel_path><abs_path>~/src/plain/also</abs_path></exclude></dir>
  <dir><abs_path>~/src/links</abs_path><link_depth>1</link_depth><archive_mode>tarbz2</archive_mode></dir>
  <dir><abs_path>~/src/deref</abs_path><link_depth>1</link_depth><dereference>Y</dereference></dir>
  <dir><abs_path>~/src/split</abs_path><recursion_level>1</recursion_level></dir>
  <dir><abs_path>~/src/.hidden</abs_path><collect_mode>incr</collect_mode></dir></collect>`;

const LOCAL = `<peers><peer><name>here</name><type>local</type><collect_dir>@/collect</collect_dir></peer></peers>
  <stage><staging_dir>@/stage</staging_dir></stage>`;

function writeSources(place: Place): void {
  for (const file of [
    "top file",
    "plain/a",
    "plain/b.log",
    "plain/b.logx",
    "plain/out/x",
    "plain/also/x",
    "plain/skipped/.skip",
    "plain/skipped/x",
  ]) {
    place.write(`src/${file}`);
  }
  for (const file of [
    "links/f",
    "deref/f",
    "split/f",
    "split/one/f",
    "split/one/deep/f",
    "split/two/f",
    "other/dir/f",
    "other/file",
    ".hidden/same",
    ".hidden/edited",
  ]) {
    place.write(`src/${file}`);
  }
  mkdirSync(place.at("src/plain/empty"));
  symlinkSync("nowhere", place.at("src/plain/dangling"));
  symlinkSync("a", place.at("src/plain/link"));
  for (const dir of ["links", "deref"]) {
    symlinkSync("../other/dir", place.at(`src/${dir}/to-dir`));
    symlinkSync("../other/file", place.at(`src/${dir}/to-file`));
  }
  symlinkSync("same", place.at("src/.hidden/link"));
}

test(
  "one configuration through both programs: the same archives with the same files, the same staging tree",
  needsRoot,
  async (t) => {
    const place = await withBoth(t, `${LOCAL}${SOURCES}`);
    writeSources(place);
    assert.equal(place.cback3(["collect", "stage"], "2026-11-24 03:00:00").status, 0);
    assert.deepEqual((await place.run(["collect", "stage"], { now: "2026-11-24T03:00:00" })).screen, []);
    const cedar = members(place, "cedar/collect");
    assert.equal(Object.keys(cedar).length, 8);
    // Ours has folders and dangling links besides; what dereferencing finds twice, Cedar Backup archives twice.
    const once = (found: Record<string, string[]>) =>
      Object.fromEntries(Object.entries(found).map(([name, paths]) => [name, [...new Set(paths)]]));
    assert.deepEqual(withoutOurs(members(place, "bakup/collect")), once(cedar));
    assert.deepEqual(place.tree("bakup/stage"), place.tree("cedar/stage"));
    assert.deepEqual(place.tree("bakup/collect"), place.tree("cedar/collect"));
    place.write("src/.hidden/edited", "edited");
    place.write("src/.hidden/new");
    assert.equal(place.cback3(["collect"], "2026-11-25 03:00:00").status, 0);
    assert.equal((await place.run(["collect"], { now: "2026-11-25T03:00:00" })).code, 0);
    const incr = (dir: string) =>
      Object.entries(members(place, dir))
        .find(([name]) => name.endsWith("hidden.tar.gz"))?.[1]
        .map((path) => path.split("/").at(-1));
    // Cedar Backup takes links every time.
    assert.deepEqual(incr("cedar/collect"), ["edited", "link", "new"]);
    assert.deepEqual(
      incr("bakup/collect")?.filter((name) => name !== ""),
      ["edited", "new"],
    );
  },
);

/** A peer at the other end of a real sshd. */
const REMOTE = (collectDir: string, options: string, keys = "") =>
  `<peers><peer><name>127.0.0.1</name><type>remote</type><collect_dir>${collectDir}</collect_dir><rcp_command>/usr/bin/scp ${options}</rcp_command>
   <rsh_command>/usr/bin/ssh ${options}</rsh_command>${keys}</peer></peers><stage><staging_dir>@/stage</staging_dir></stage>`;

const CLIENT =
  "<collect><collect_dir>@/collect</collect_dir><collect_mode>daily</collect_mode><archive_mode>targz</archive_mode><ignore_file>.skip</ignore_file><dir><abs_path>~/src</abs_path></dir></collect>";

/** The files of the only day in a staging directory, below it. */
function staged(place: Place, dir: string): Map<string, string> {
  const files = place.tree(dir).filter((path) => !path.endsWith("/"));
  return new Map(
    files.map((path) => [path.replace(/^\d+\/\d+\/\d+\//, ""), readFileSync(place.at(`${dir}/${path}`), "latin1")]),
  );
}

test(
  "a client with bakup is staged by a master with Cedar Backup, and knows it; and the other way round",
  needsRoot,
  async (t) => {
    const { options } = await startSshd(t);
    for (const [client, master] of [
      ["bakup", "cedar"],
      ["cedar", "bakup"],
    ] as const) {
      const place = await withBoth(t, `${REMOTE(`~/${client}/collect`, options)}${CLIENT}`);
      place.write("src/file");
      const now = new Date().toString();
      const run = async (of: "bakup" | "cedar", action: string) =>
        of === "cedar" ? place.cback3([action]).status : (await place.run([action], { now })).code;
      assert.equal(await run(client, "collect"), 0);
      assert.equal(await run(master, "stage"), 0);
      const [archive = ""] = place.tree(`${client}/collect`).filter((name) => name.includes(".tar"));
      const files = staged(place, `${master}/stage`);
      assert.deepEqual(
        [...files.keys()].sort(),
        [`127.0.0.1/${archive}`, "127.0.0.1/cback.collect", "cback.stage"].sort(),
        master,
      );
      assert.equal(files.get(`127.0.0.1/${archive}`), readFileSync(place.at(`${client}/collect/${archive}`), "latin1"));
      assert.ok(statSync(place.at(`${client}/collect/cback.stage`)).isFile());
    }
  },
);

test(
  "a day that Cedar Backup has staged is stored by bakup, with its label and mark, and not purged before",
  needsRoot,
  async (t) => {
    const place = await withBoth(
      t,
      `${LOCAL}${CLIENT}<store><source_dir>~/cedar/stage</source_dir><media_type>cdrw-80</media_type><target_device>/dev/null</target_device></store>
     <purge><dir><abs_path>~/cedar/stage</abs_path><retain_days>0</retain_days></dir></purge>`,
    );
    place.write("src/file");
    assert.equal(place.cback3(["collect", "stage"], "2026-11-24 03:00:00").status, 0);
    const device = `stdio:${place.at("disc.iso")}`;
    writeFileSync(
      place.at("pool.conf"),
      readFileSync(place.at("pool.conf"), "utf8").replace("target_device = /dev/null", `target_device = ${device}`),
    );
    assert.equal((await place.run(["purge"], { now: "2026-11-24T04:00:00" })).code, 0);
    const before = place.tree("cedar/stage/2026/11/24");
    assert.equal(before.length, 4);
    assert.deepEqual((await place.run(["store"], { now: "2026-11-24T05:00:00" })).screen, []);
    const listed = execFileSync("xorriso", ["-indev", device, "-find", "/2026/11/24", "-type", "f"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    assert.equal(listed.match(/^'\/2026/gm)?.length, 3);
    assert.deepEqual(
      place.tree("cedar/stage/2026/11/24"),
      [...before.slice(0, 1), "cback.store", ...before.slice(1)].sort(),
    );
    assert.equal((await place.run(["purge"], { now: "2026-11-24T06:00:00" })).code, 0);
    assert.deepEqual(place.tree("cedar/stage"), []);
  },
);

test(
  "a managed client with bakup does what a master with Cedar Backup tells it; and the other way round",
  needsRoot,
  async (t) => {
    const { options } = await startSshd(t);
    for (const [client, master] of [
      ["bakup", "cedar"],
      ["cedar", "bakup"],
    ] as const) {
      const keys = `<managed>Y</managed><managed_actions>collect</managed_actions><cback_command>~/${client}-command</cback_command>`;
      const place = await withBoth(t, `${REMOTE(`~/${client}/collect`, options, keys)}${CLIENT}`);
      place.write("src/file");
      // Each program has its own working directory, so the client is no second run of the master.
      const bakup = `cd ${root} && exec node --import tsx src/bin/bakup.ts pool -c ${place.at("client.conf")} -l ${place.at("client.log")} "$@"`;
      writeFileSync(
        place.at("client.conf"),
        readFileSync(place.at("pool.conf"), "utf8").replace("/bakup/work", "/bakup/client-work"),
      );
      writeFileSync(place.at("bakup-command"), `#!/bin/sh\n${bakup}\n`);
      writeFileSync(
        place.at("cedar-command"),
        `#!/bin/sh\nexec cback3 -c ${place.at("cedar.xml")} -l ${place.at("client.log")} "$@"\n`,
      );
      chmodSync(place.at("bakup-command"), 0o755);
      chmodSync(place.at("cedar-command"), 0o755);
      const status =
        master === "cedar"
          ? place.cback3(["-N", "collect"]).status
          : (await place.run(["collect"], { managedOnly: true })).code;
      assert.equal(status, 0);
      assert.equal(place.tree(`${client}/collect`).length, 2, readFileSync(place.at("client.log"), "utf8"));
      rmSync(place.at("src"), { recursive: true });
      if (master === "bakup") {
        assert.equal((await place.run(["collect"], { managedOnly: true })).code, 6);
      }
    }
  },
);
