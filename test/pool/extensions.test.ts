import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { startMariadb, startPostgresql } from "./databases.ts";
import { makePlace, needsRoot, type Place } from "./place.ts";

/** A machine that dumps into its collect directory with one extension, at index 101. */
function dumping(t: TestContext, type: string, text: string, options = ""): Place {
  const place = makePlace(t);
  mkdirSync(place.at("collect"));
  mkdirSync(place.at("src"));
  place.configure(
    `[collect]\ncollect_dir = @/collect\n[dir-src]\nabs_path = @/src\n[action-${type}]\nindex = 101\n${text}`,
    options,
  );
  return place;
}

/** Runs the pool, and looks at the arguments of all programs meanwhile: no password is ever among them. */
async function runWatched(place: Place, action: string) {
  const result = await place.run([action], { debug: true });
  assert.doesNotMatch(result.log, /hunter2/);
  return result;
}

test(
  "PostgreSQL: dumped, destroyed, restored, the same; passwords are no arguments; a failed dump leaves nothing",
  needsRoot,
  async (t) => {
    const { port, sql } = await startPostgresql(t);
    const place = dumping(
      t,
      "postgresql",
      `[postgresql]\nuser = postgres\nhost = 127.0.0.1\nport = ${port}\npassword_file = @/pgpass\ndatabase[] = wiki\ndatabase[] = missing\n`,
    );
    chmodSync(place.write("pgpass", "127.0.0.1:*:*:postgres:hunter2\n"), 0o600);
    sql("postgres", "create database wiki");
    sql(
      "wiki",
      "create table pages (id int primary key, text text); insert into pages select i, repeat('é''\\', i) from generate_series(1, 500) i",
    );
    const state = () => sql("wiki", "select count(*), md5(string_agg(text, ',' order by id)) from pages");
    const before = state();
    const { code, screen } = await runWatched(place, "postgresql");
    assert.equal(code, 6);
    assert.match(screen.join("\n"), /no dump postgresqldump-missing\.txt: pg_dump failed: .*"missing" does not exist/);
    assert.deepEqual(place.tree("collect"), ["postgresqldump-wiki.txt.gz"]);
    sql("postgres", "drop database wiki; create database wiki");
    sql("wiki", execFileSync("gunzip", ["-c", place.at("collect/postgresqldump-wiki.txt.gz")], { encoding: "utf8" }));
    assert.equal(state(), before);
    const whole = makePlace(t);
    mkdirSync(whole.at("collect"));
    whole.write("src/x");
    whole.configure(
      `[collect]\ncollect_dir = @/collect\n[dir-src]\nabs_path = @/src\n[action-pg]\ntype = postgresql\nindex = 1\n
     [postgresql]\nuser = postgres\nhost = 127.0.0.1\nport = ${port}\npassword_file = ${place.at("pgpass")}\nall = yes\ncompress_mode = zstd\n`,
    );
    assert.deepEqual((await whole.run(["pg"])).screen, []);
    sql("postgres", "drop database wiki");
    sql(
      "postgres",
      execFileSync("zstdcat", [whole.at("collect/postgresqldump.txt.zst")], { encoding: "utf8" }).replace(
        /^(CREATE ROLE postgres|ALTER ROLE postgres).*$/gm,
        "",
      ),
    );
    assert.equal(state(), before);
  },
);

test(
  "MariaDB: dumped, destroyed, restored, the same; passwords are no arguments; a failed dump leaves what was there",
  needsRoot,
  async (t) => {
    const { socket, sql } = await startMariadb(t);
    const place = dumping(
      t,
      "mysql",
      "[mysql]\nuser = root\noptions_file = @/my.cnf\ndatabase[] = wiki\ndatabase[] = missing\ncompress_mode = bzip2\n",
    );
    chmodSync(place.write("my.cnf", `[client]\nsocket = ${socket}\npassword = hunter2\n`), 0o600);
    place.write("collect/mysqldump-missing.txt.bz2", "of yesterday");
    sql(
      "create database wiki; use wiki; create table pages (id int primary key, text text) engine=innodb; insert into pages select seq, repeat('é', seq) from seq_1_to_500",
    );
    const state = () => sql("use wiki; checksum table pages; select count(*) from pages");
    const before = state();
    const { code, screen } = await runWatched(place, "mysql");
    assert.equal(code, 6);
    assert.match(screen.join("\n"), /no dump mysqldump-missing\.txt: mysqldump failed: .*missing/);
    assert.deepEqual(place.tree("collect"), ["mysqldump-missing.txt.bz2", "mysqldump-wiki.txt.bz2"]);
    assert.equal(readFileSync(place.at("collect/mysqldump-missing.txt.bz2"), "utf8"), "of yesterday");
    sql("drop database wiki");
    sql(execFileSync("bzcat", [place.at("collect/mysqldump-wiki.txt.bz2")], { encoding: "utf8" }));
    assert.equal(state(), before);
  },
);

test("a dump that breaks off in the middle, or whose compression fails, leaves nothing that looks whole", async (t) => {
  const place = dumping(t, "mysql", "[mysql]\nall = yes\n", "override[] = bash @/bash");
  place.write("bash", `#!/bin/bash\nPATH=${place.at("bin")}:$PATH exec /bin/bash "$@"\n`);
  chmodSync(place.at("bash"), 0o755);
  chmodSync(place.write("bin/mysqldump", "#!/bin/sh\nhead -c 100000 /dev/zero\necho half >&2\nexit 3\n"), 0o755);
  const broken = await place.run(["mysql"]);
  assert.equal(broken.code, 6);
  assert.match(broken.screen.join("\n"), /mysqldump failed: half/);
  assert.deepEqual(place.tree("collect"), []);
  place.write("bin/mysqldump", "#!/bin/sh\necho whole\n");
  chmodSync(place.write("bin/gzip", "#!/bin/sh\ncat > /dev/null\nexit 1\n"), 0o755);
  assert.equal((await place.run(["mysql"])).code, 6);
  assert.deepEqual(place.tree("collect"), []);
});

test("Subversion: all revisions, then only the new ones; loaded again they are the same repository", async (t) => {
  const place = dumping(
    t,
    "subversion",
    "[subversion]\ncollect_mode = incr\n[repositories-all]\nabs_path = @/svn\nexclude_rel_path[] = scratch\ncompress_mode = none\n",
  );
  const svn = (name: string, words: string) =>
    execFileSync("sh", [
      "-c",
      `svn mkdir -q -m x ${words
        .split(" ")
        .map((word) => `file://${place.at(`svn/${name}`)}/${word}`)
        .join(" ")}`,
    ]);
  mkdirSync(place.at("svn"));
  for (const name of ["project", "scratch"]) {
    execFileSync("svnadmin", ["create", place.at(`svn/${name}`)]);
    svn(name, "one");
  }
  const night = async (now: string) => {
    const { code, screen } = await place.run(["subversion"], { now });
    assert.deepEqual([code, screen], [0, []]);
    return place
      .tree("collect")
      .map((name) => name.split("-")[1])
      .sort();
  };
  assert.deepEqual(await night("2026-11-24T01:00:00"), ["0:1"]);
  assert.deepEqual(await night("2026-11-25T01:00:00"), ["0:1"]);
  svn("project", "two");
  svn("project", "three");
  assert.deepEqual(await night("2026-11-26T01:00:00"), ["0:1", "2:3"]);
  execFileSync("svnadmin", ["create", place.at("restored")]);
  for (const name of place.tree("collect")) {
    execFileSync("svnadmin", ["load", "-q", place.at("restored")], {
      input: readFileSync(place.at(`collect/${name}`)),
    });
  }
  const dump = (repository: string) =>
    execFileSync("svnadmin", ["dump", "-q", place.at(repository)])
      .toString("latin1")
      .replace(/^UUID: .*$/m, "");
  assert.equal(dump("restored"), dump("svn/project"));
  rmSync(place.at("collect"), { recursive: true });
  mkdirSync(place.at("collect"));
  // The next starting day.
  assert.deepEqual(await night("2026-11-30T01:00:00"), ["0:3"]);
  rmSync(place.at("svn/project/format"));
  const broken = await place.run(["subversion"], { full: true });
  assert.equal(broken.code, 6);
  assert.match(broken.screen.join("\n"), /no dump of the repository .*svn\/project/);
});

test("encrypt: what is staged can be read with the key only; what cannot be encrypted stays and is reported", async (t) => {
  const place = makePlace(t);
  const home = place.at("gnupg");
  mkdirSync(home, { mode: 0o700 });
  const gpg = (...args: string[]) =>
    execFileSync("gpg", ["--homedir", home, "--batch", "--passphrase", "", ...args], { stdio: "pipe" });
  t.after(() => execFileSync("gpgconf", ["--homedir", home, "--kill", "all"]));
  gpg("--quick-generate-key", "Backup Robot", "rsa2048", "encr", "never");
  place.write("stage/2026/11/24/a/x.tar", "secret");
  place.write("stage/2026/11/24/cback.stage", "");
  place.write("stage/2026/11/25/a/unfinished.tar", "");
  const text = (target: string) =>
    `[stage]\nstaging_dir = @/stage\n[peer-a]\ntype = local\ncollect_dir = @/a\n[action-encrypt]\nindex = 250\n[encrypt]\nencrypt_target = ${target}\n`;
  const override = `override[] = gpg ${place.at("with-home")}`;
  chmodSync(place.write("with-home", `#!/bin/sh\nexec gpg --homedir ${home} --trust-model always "$@"\n`), 0o755);
  place.configure(text("Nobody"), override);
  assert.equal((await place.run(["encrypt"])).code, 6);
  assert.deepEqual(place.tree("stage/2026/11/24"), ["a/", "a/x.tar", "cback.stage"]);
  place.configure(text("Backup Robot"), override);
  assert.deepEqual((await place.run(["encrypt"])).screen, []);
  assert.deepEqual(place.tree("stage/2026/11/24"), ["a/", "a/x.tar.gpg", "cback.encrypt", "cback.stage"]);
  assert.equal(gpg("--decrypt", place.at("stage/2026/11/24/a/x.tar.gpg")).toString(), "secret");
  assert.deepEqual(place.tree("stage/2026/11/25"), ["a/", "a/unfinished.tar"]);
});
