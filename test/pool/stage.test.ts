import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { makePlace, me, needsRoot, type Place } from "./place.ts";
import { freePort, startSshd } from "./sshd.ts";

const TODAY = "stage/2026/11/25";

function peer(name: string, keys = "", title = name): string {
  return `[peer-${title}]\nname = ${name}\ncollect_dir = @/${title}\nbackup_user = ${me}\n${keys}\n`;
}

const STAGE = "[stage]\nstaging_dir = @/stage\n";

test("a local peer's files come into the folder of the day, and both sides are marked", async (t) => {
  const place = makePlace(t);
  place.write("a/x.tar", "one");
  place.write("a/cback.collect", "");
  place.write("a/cback.stage", "");
  place.write("a/.y.tar.partial", "half");
  place.write(`${TODAY}/a/.z.tar.partial`, "left by a run that was killed");
  place.write(`${TODAY}/.b.partial/z.tar`, "the same of a remote peer");
  place.configure(`${STAGE}${peer("a", "type = local")}`);
  const { code, screen } = await place.run(["stage"]);
  assert.deepEqual([code, screen], [0, []]);
  assert.deepEqual(place.tree(TODAY), ["a/", "a/cback.collect", "a/x.tar", "cback.stage"]);
  assert.equal(readFileSync(place.at(`${TODAY}/a/x.tar`), "utf8"), "one");
});

test("a peer that is not ready is an error, unless the configuration allows it today; the others are staged", async (t) => {
  const place = makePlace(t);
  place.write("b/x.tar");
  place.write("b/cback.collect");
  const others = (keys: string) => `${STAGE}${peer("a", `type = local\n${keys}`)}${peer("b", "type = local")}`;
  place.configure(others(""));
  const failed = await place.run(["stage"]);
  assert.equal(failed.code, 6);
  assert.match(failed.screen[0] ?? "", /^peer a was not staged: there is no cback\.collect in /);
  assert.deepEqual(place.tree(TODAY), ["a/", "b/", "b/cback.collect", "b/x.tar", "cback.stage"]);
  place.configure(others("ignore_failures = daily"));
  assert.deepEqual((await place.run(["stage"])).screen, []);
  assert.equal((await place.run(["stage"], { full: true })).code, 6);
  assert.equal((await place.run(["stage"], { now: "2026-11-30T01:00:00" })).code, 6);
});

test("what is no file in a collect directory is reported, and the files are staged", async (t) => {
  const place = makePlace(t);
  place.write("a/x.tar");
  place.write("a/cback.collect");
  mkdirSync(place.at("a/folder"));
  symlinkSync("/etc/passwd", place.at("a/link"));
  place.configure(`${STAGE}${peer("a", "type = local")}`);
  const { code, screen } = await place.run(["stage"]);
  assert.equal(code, 6);
  assert.match(screen[0] ?? "", /holds what is no file: folder, link|link, folder/);
  assert.deepEqual(place.tree(`${TODAY}/a`), ["cback.collect", "x.tar"]);
});

test("a day that was stored and gets new files is to be stored again", async (t) => {
  const place = makePlace(t);
  place.write("a/x.tar");
  place.write("a/cback.collect");
  place.write(`${TODAY}/cback.store`);
  place.configure(`${STAGE}${peer("a", "type = local")}`);
  assert.equal((await place.run(["stage"])).code, 0);
  assert.deepEqual(place.tree(TODAY), ["a/", "a/cback.collect", "a/x.tar", "cback.stage"]);
});

/**
 * Copies as rcp does, from and to folders of this machine, and notes how many of its kind run at the same time. The first
 * ones take their time: otherwise each may be done before the next one begins.
 */
const RCP = `#!/bin/bash
shopt -s nullglob
from=\${1#*@*:} to=\${2#*@*:} status=0
: > "$0.running/$$"
running=("$0.running"/*)
echo \${#running[@]} >> "$0.counts"
[ "$(wc -l < "$0.counts")" -gt 20 ] || sleep 0.5
if [[ $from == *'*' ]]; then cp "\${from%/*}"/* "$to" || status=1; else cp "$from" "$to" || status=1; fi
rm "$0.running/$$"
exit $status
`;

test("200 peers are staged concurrently, never more than the bound at the same time", async (t) => {
  const place = makePlace(t);
  writeFileSync(place.at("rcp"), RCP, { mode: 0o755 });
  mkdirSync(place.at("rcp.running"));
  const names = Array.from({ length: 200 }, (_, index) => `p${index}`);
  for (const name of names) {
    place.write(`${name}/x.tar`, name);
    place.write(`${name}/cback.collect`, "");
  }
  place.configure(`${STAGE}${names.map((name) => peer(name)).join("")}`, "rcp_command = @/rcp\nmax_connections = 5");
  const { code, screen } = await place.run(["stage"]);
  assert.deepEqual([code, screen], [0, []]);
  for (const name of names) {
    assert.equal(readFileSync(place.at(`${TODAY}/${name}/x.tar`), "utf8"), name);
    assert.ok(statSync(place.at(`${name}/cback.stage`)).isFile());
  }
  const counts = readFileSync(place.at("rcp.counts"), "utf8").trim().split("\n").map(Number);
  assert.equal(counts.length, 600);
  assert.ok(Math.max(...counts) <= 5, `${Math.max(...counts)}`);
  assert.ok(Math.max(...counts) >= 3, `${Math.max(...counts)}`);
});

test("a set of files that breaks off on its way leaves nothing, and what was there before stays", async (t) => {
  const place = makePlace(t);
  writeFileSync(
    place.at("rcp"),
    `#!/bin/sh\ncase $1 in *cback.collect) touch "$2";; *) echo half > "$2/x.tar"; exit 1;; esac\n`,
    { mode: 0o755 },
  );
  place.write(`${TODAY}/a/x.tar`, "whole");
  place.configure(`${STAGE}${peer("a")}`, "rcp_command = @/rcp");
  const { code, screen } = await place.run(["stage"]);
  assert.equal(code, 6);
  assert.match(screen[0] ?? "", /^peer a was not staged: exit code 1/);
  assert.deepEqual(place.tree(TODAY), ["a/", "a/x.tar", "cback.stage"]);
  assert.equal(readFileSync(place.at(`${TODAY}/a/x.tar`), "utf8"), "whole");
});

async function withSshd(t: TestContext): Promise<{ place: Place; options: string; wrong: string }> {
  const sshd = await startSshd(t);
  return { place: makePlace(t), options: sshd.options, wrong: sshd.optionsWithWrongHostKey };
}

test(
  "real sshd: a peer is staged and told so; one hangs, one refuses, one has a wrong host key, one has not collected",
  needsRoot,
  async (t) => {
    const { place, options, wrong } = await withSshd(t);
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    t.after(() => silent.close());
    const hanging = (silent.address() as { port: number }).port;
    const refusing = await freePort();
    for (const name of ["good", "wrong", "slow"]) {
      place.write(`${name}/x y.tar`, name);
      place.write(`${name}/cback.collect`, "");
    }
    mkdirSync(place.at("late"));
    const scp = (words: string) => `rcp_command = /usr/bin/scp ${words}`;
    place.configure(
      [
        `${STAGE}`,
        peer("127.0.0.1", scp(options), "good"),
        peer("localhost", scp(options), "late"),
        peer("127.0.0.2", scp(`-o HostName=127.0.0.1 -o Port=${hanging} ${options}`), "slow"),
        peer("127.0.0.3", scp(`-o HostName=127.0.0.1 -o Port=${refusing} ${options}`), "refusing"),
        peer("127.0.0.4", `${scp(`-o HostName=127.0.0.1 ${wrong}`)}\nignore_failures = all`, "wrong"),
      ].join(""),
      "peer_timeout = 5s",
    );
    const { code, screen } = await place.run(["stage"]);
    assert.equal(code, 6);
    const said = (name: string) =>
      screen.find((line) => line.startsWith(`peer ${name} was not staged: `)) ?? screen.join("\n");
    assert.match(said("localhost"), /there is no cback\.collect in its /);
    assert.match(said("127.0.0.2"), /it took too long and was stopped/);
    assert.match(said("127.0.0.3"), /refuses ssh connections/);
    assert.match(said("127.0.0.4"), /the host key of .* has changed/);
    assert.deepEqual(
      place.tree(TODAY).filter((path) => !path.endsWith("/")),
      ["127.0.0.1/cback.collect", "127.0.0.1/x y.tar", "cback.stage"],
    );
    assert.ok(statSync(place.at("good/cback.stage")).isFile());
  },
);

test(
  "real sshd: managed clients run their actions over ssh; -N only they; one that fails is reported, with 6",
  needsRoot,
  async (t) => {
    const { place, options } = await withSshd(t);
    writeFileSync(place.at("client"), `#!/bin/sh\necho "$@" >> ${place.at("ran")}\n`, { mode: 0o755 });
    place.write("src/file");
    const managed = (name: string, keys: string) =>
      peer(name, `managed = yes\nrsh_command = /usr/bin/ssh ${options}\n${keys}`, name.replaceAll(".", "-"));
    const text = (failing: string) =>
      `[collect]\ncollect_dir = @/collect\n[dir-src]\nabs_path = @/src\n[purge-a]\nabs_path = @/old\nretain_days = 1\n${failing}` +
      managed("127.0.0.1", "managed_actions = collect\ncback_command = @/client");
    mkdirSync(place.at("old"));
    place.configure(text(""));
    assert.equal((await place.run(["purge", "collect"], { managed: true, full: true })).code, 0);
    assert.equal(readFileSync(place.at("ran"), "utf8"), "--full collect\n");
    assert.ok(place.tree("collect").includes("cback.collect"));
    rmSync(place.at("collect"), { recursive: true });
    assert.equal((await place.run(["collect"], { managedOnly: true })).code, 0);
    assert.equal(readFileSync(place.at("ran"), "utf8"), "--full collect\ncollect\n");
    assert.ok(!place.tree(".").includes("collect/"));
    const failing = managed("localhost", "managed_actions = collect\ncback_command = /bin/false");
    place.configure(text(failing));
    const { code, screen } = await place.run(["collect"], { managedOnly: true });
    assert.equal(code, 6);
    assert.match(screen[0] ?? "", /^action collect failed on managed client localhost: exit code 1/);
    assert.equal(readFileSync(place.at("ran"), "utf8").split("\n").length, 4);
  },
);

test(
  "as root, files are the backup user's, and commands for peers run as that user, in its home",
  needsRoot,
  async (t) => {
    const place = makePlace(t);
    const script = `#!/bin/sh\necho "$(id -un):$(id -gn):$HOME" >> ${place.at("noted/who")}\ncp \${1#*@*:} "\${2#*@*:}"\n`;
    writeFileSync(place.at("rcp"), script, { mode: 0o755 });
    mkdirSync(place.at("noted"));
    chmodSync(place.at("noted"), 0o777);
    chmodSync(place.at("x").slice(0, -2), 0o711);
    place.write("src/file");
    place.configure(`[collect]\ncollect_dir = @/a\n[dir-src]\nabs_path = @/src\n${STAGE}${peer("a", "type = local")}`);
    const asBackup = readFileSync(place.at("pool.conf"), "utf8")
      .replace(`backup_user = ${me}\nbackup_group = root`, "backup_user = backup\nbackup_group = backup")
      .replaceAll(`backup_user = ${me}`, "backup_user = other");
    writeFileSync(place.at("pool.conf"), asBackup);
    assert.deepEqual((await place.run(["collect", "stage"])).screen, []);
    const backup = 34;
    for (const path of [
      "a",
      "stage",
      TODAY,
      `${TODAY}/a`,
      `${TODAY}/cback.stage`,
      ...place.tree("a").map((name) => `a/${name}`),
    ]) {
      assert.equal(statSync(place.at(path)).uid, backup, path);
    }
    for (const name of place.tree(`${TODAY}/a`)) {
      assert.equal(statSync(place.at(`${TODAY}/a/${name}`)).uid, backup, name);
    }
    writeFileSync(place.at("pool.conf"), asBackup.replace("type = local", `rcp_command = ${place.at("rcp")}`));
    assert.deepEqual((await place.run(["stage"], { now: "2026-11-26T03:00:00" })).screen, []);
    assert.deepEqual(
      new Set(readFileSync(place.at("noted/who"), "utf8").trim().split("\n")),
      new Set(["backup:backup:/var/backups"]),
    );
  },
);
