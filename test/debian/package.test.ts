import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { EXIT } from "../../src/errors/exit-codes.ts";
import { runCommand } from "../../src/process/command.ts";
import { packageIn } from "./build-package.ts";
import { builtPackage } from "./built-package.ts";

const folder = mkdtempSync(join(tmpdir(), "bakup-package-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const tree = join(folder, "tree");
let deb = "";

async function output(file: string, ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runCommand(file, args);
  assert.equal(exitCode, 0, `${file} ${args.join(" ")}: ${stderr}${stdout}`);
  return stdout.toString();
}

/** What the scripts of a package and its control file say. */
function control(name: string): string {
  return readFileSync(join(tree, "DEBIAN", name), "utf8");
}

before(async () => {
  deb = await builtPackage();
  await output("dpkg-deb", "--raw-extract", deb, tree);
});

test("a second build, in another folder, at another time and without a network, gives the same bytes", async () => {
  await output("unshare", "--net", "--map-root-user", "sh", "debian/build-package.sh", folder);
  assert.ok(readFileSync(packageIn(folder)).equals(readFileSync(deb)));
});

test("lintian finds nothing, at its most pedantic", async () => {
  const [changes = ""] = readdirSync(dirname(deb)).filter((name) => name.endsWith(".changes"));
  assert.equal(
    await output("lintian", "--allow-root", "-EI", "--pedantic", "--fail-on=error", join(dirname(deb), changes)),
    "",
  );
});

test("each override of lintian has its reason", () => {
  const lines = readFileSync("debian/bakup.lintian-overrides", "utf8").trimEnd().split("\n");
  const unexplained = lines.filter((line, index) => line.startsWith("bakup:") && !lines[index - 1]?.startsWith("# "));
  assert.deepEqual(unexplained, []);
});

test("the executables start, and say the version of the package", async () => {
  const version = (await output("dpkg-deb", "--field", deb, "Version")).trim();
  assert.equal(await output(join(tree, "usr/bin/bakup"), "--version"), `${version}\n`);
  for (const helper of ["bakup-pre-xfer", "bakup-post-xfer"]) {
    const { stderr } = await runCommand(join(tree, "usr/bin", helper), []);
    assert.match(stderr.toString(), /only rsyncd can start this/);
  }
});

test("the schemas of all reports are where the manual page says", () => {
  assert.deepEqual(readdirSync(join(tree, "usr/share/bakup/schema")).sort(), readdirSync("etc/schema").sort());
});

test("the command line knows the errors of the commands, which are files of their own", async () => {
  const { exitCode, stderr } = await runCommand(join(tree, "usr/bin/bakup"), ["list", "--store", join(folder, "none")]);
  assert.equal(exitCode, EXIT.snapshotsFolderNotFound);
  assert.match(stderr.toString(), /^bakup: cannot open the snapshots folder .*\n {2}hint: /);
});

test("the library can be imported from the package", async () => {
  const program = `import { parseLocation } from "${join(tree, "usr/libexec/bakup/library.cjs")}";
    console.log(parseLocation("nas::module/x").kind);`;
  assert.equal(await output(process.execPath, "--input-type=module", "--eval", program), "daemon\n");
});

test("what is loaded only when it is needed is in the package: the pool, its XML and its S3", async () => {
  const bakup = join(tree, "usr/bin/bakup");
  assert.match(await output(bakup, "pool", "--diagnostics"), /^Diagnostics:\n/);
  const cedar = join(folder, "cback.conf");
  writeFileSync(
    cedar,
    "<cb_config><purge><dir><abs_path>/x</abs_path><retain_days>1</retain_days></dir></purge></cb_config>",
  );
  assert.match(await output(bakup, "pool", "--import", cedar), /retain_days = 1/);
  mkdirSync(join(folder, "stage/a"), { recursive: true });
  const config = join(folder, "pool.conf");
  writeFileSync(
    config,
    `[options]\nworking_dir = ${folder}/work\n[stage]\nstaging_dir = ${folder}/stage\n[peer-a]\ntype = local\ncollect_dir = ${folder}/stage/a
     ignore_failures = all\n[s3]\ns3_bucket = bucket\nendpoint = http://127.0.0.1:1\ncredentials = ${folder}/none\n`,
  );
  const args = ["pool", "--config", config, "--logfile", join(folder, "pool.log"), "stage", "store"];
  const { exitCode, stderr } = await runCommand(bakup, args);
  assert.equal(exitCode, 6);
  assert.match(stderr.toString(), /^cannot read the credentials for S3/);
});

test("every manual page of the project is in the package, and the completion", () => {
  for (const page of readdirSync("man")) {
    const section = page.slice(page.lastIndexOf(".") + 1);
    assert.ok(readdirSync(join(tree, `usr/share/man/man${section}`)).includes(`${page}.gz`), page);
  }
  assert.ok(readdirSync(join(tree, "usr/share/bash-completion/completions")).includes("bakup"));
});

test("what the administrator may change is a conffile, and the shipped configuration backs up nothing", async () => {
  assert.deepEqual(control("conffiles").trim().split("\n"), [
    "/etc/bakup/bakup.conf",
    "/etc/bakup/pool.conf",
    "/etc/bakup/xfer.conf",
  ]);
  const config = join(tree, "etc/bakup/bakup.conf");
  const { exitCode, stdout } = await runCommand(join(tree, "usr/bin/bakup"), ["check", "--config", config]);
  assert.equal(exitCode, 1);
  assert.match(stdout.toString(), /no destination is given/);
});

test("the page is a service that is off until somebody enables it", () => {
  const unit = unitFiles().find((file) => basename(file) === "bakup-web.service") ?? "";
  assert.match(readFileSync(unit, "utf8"), /^ExecStart=\/usr\/bin\/bakup web --token-file /m);
  const links = readdirSync(join(tree, "etc"), { recursive: true, encoding: "utf8" });
  assert.deepEqual(
    links.filter((name) => name.includes(".wants/")),
    [],
  );
});

test("no script of the package starts or enables anything when it is installed or upgraded", () => {
  for (const script of ["postinst", "prerm", "postrm"]) {
    assert.doesNotMatch(control(script), /deb-systemd-invoke|systemctl[^\n]* (start|restart|enable)/, script);
  }
});

test("removing stops each unit of the package, and none that somebody else has named like them", () => {
  const [, stopped = ""] = /systemctl stop([^;]*?)\nfi/.exec(control("prerm")) ?? [];
  const ours = readdirSync("systemd").filter((name) => /^bakup.*\.(service|timer)$/.test(name));
  assert.deepEqual(
    stopped
      .split(/[\s'\\]+/)
      .filter((word) => word !== "")
      .sort(),
    ours.map((name) => name.replace("@", "@*")).sort(),
  );
});

test("encrypted disks work with what the package depends on", async () => {
  // Only recommended by udisks2, which cannot unlock without it.
  assert.match(await output("dpkg-deb", "--field", deb, "Depends"), /libblockdev-crypto2 \| libblockdev-crypto3/);
});

test("the licence of every npm package that is in the executables comes along", async () => {
  const licenses = await output("zcat", join(tree, "usr/share/doc/bakup/third-party-licenses.txt.gz"));
  const { dependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  for (const name of Object.keys(dependencies)) {
    assert.match(licenses, new RegExp(`^${name} [\\d.]+: .`, "m"));
    assert.ok(readFileSync("debian/copyright", "utf8").includes(name), `${name} is not in debian/copyright`);
  }
});

test("every unit of the project is in the package", () => {
  const installed = unitFiles().map((file) => basename(file));
  for (const unit of readdirSync("systemd").filter((name) => /\.(service|timer|target)$/.test(name))) {
    assert.ok(installed.includes(unit), `${unit}: add it to debian/rules`);
  }
});

/** debhelper decides in which of two folders they are. */
function unitFiles(): string[] {
  const folders = ["lib/systemd/system", "usr/lib/systemd/system"].map((folder) => join(tree, folder));
  return folders.flatMap((folder) => (existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []));
}
