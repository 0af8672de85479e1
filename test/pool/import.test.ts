import assert from "node:assert/strict";
import { test } from "node:test";
import { loadPool } from "../../src/pool/config/load.ts";
import { callMain } from "../cli/call-main.ts";
import { makePlace, type Place } from "./place.ts";

const CEDAR = `<?xml version="1.0"?>
<cb_config>
  <!-- as the manual of Cedar Backup has it -->
  <reference><author>J. &amp; D. Doe</author><revision>1.3</revision></reference>
  <options>
    <starting_day>tuesday</starting_day>
    <working_dir>/opt/backup/tmp</working_dir>
    <backup_user>backup</backup_user>
    <backup_group>backup</backup_group>
    <rcp_command>/usr/bin/scp -1 -B</rcp_command>
    <rsh_command>/usr/bin/ssh</rsh_command>
    <cback_command>/usr/bin/cback3</cback_command>
    <managed_actions>collect, purge</managed_actions>
    <override><command>cdrecord</command><abs_path>/usr/bin/wodim</abs_path></override>
    <pre_action_hook><action>collect</action><command>echo "I AM; A HOOK"</command></pre_action_hook>
    <post_action_hook><action>store</action><command>/bin/true</command></post_action_hook>
  </options>
  <peers>
    <peer><name>debian</name><type>local</type><collect_dir>/opt/backup/collect</collect_dir></peer>
    <peer>
      <name>web.example.org</name><type>remote</type><collect_dir>/opt/backup/collect</collect_dir>
      <backup_user>other</backup_user><managed>Y</managed><ignore_failures>weekly</ignore_failures>
    </peer>
  </peers>
  <collect>
    <collect_dir>/opt/backup/collect</collect_dir>
    <collect_mode>daily</collect_mode>
    <archive_mode>targz</archive_mode>
    <ignore_file>.cbignore</ignore_file>
    <exclude><abs_path>/etc/x</abs_path><pattern>.*\\.o</pattern><pattern>.*\\.ko</pattern></exclude>
    <file><abs_path>/home/root/.profile</abs_path><mode>weekly</mode></file>
    <dir><abs_path>/root</abs_path></dir>
    <dir>
      <abs_path>/home/some one</abs_path><collect_mode>incr</collect_mode><link_depth>1</link_depth><dereference>Y</dereference>
      <recursion_level>2</recursion_level><exclude><rel_path>a/b</rel_path></exclude>
    </dir>
  </collect>
  <stage><staging_dir>/opt/backup/staging</staging_dir></stage>
  <store>
    <source_dir>/opt/backup/staging</source_dir><media_type>cdrw-74</media_type><device_type>cdwriter</device_type>
    <target_device>/dev/cdrw</target_device><target_scsi_id>0,0,0</target_scsi_id><drive_speed>4</drive_speed>
    <check_data>Y</check_data><warn_midnite>N</warn_midnite><blank_behavior><mode>weekly</mode><factor>1.3</factor></blank_behavior>
  </store>
  <purge>
    <dir><abs_path>/opt/backup/collect</abs_path><retain_days>0</retain_days></dir>
    <dir><abs_path>/opt/backup/staging</abs_path><retain_days>7</retain_days></dir>
  </purge>
  <extensions>
    <order_mode>index</order_mode>
    <action><name>mysql</name><module>CedarBackup3.extend.mysql</module><function>executeAction</function><index>101</index></action>
    <action><name>s3</name><module>CedarBackup2.extend.amazons3</module><function>executeAction</function><index>201</index></action>
    <action><name>sysinfo</name><module>CedarBackup3.extend.sysinfo</module><function>executeAction</function><index>99</index></action>
  </extensions>
  <mysql><user>root</user><password>s3cret</password><all>Y</all><compress_mode>bzip2</compress_mode></mysql>
  <amazons3><s3_bucket>example-backup/x</s3_bucket><full_size_limit>1.1 GB</full_size_limit>
    <encrypt>/usr/bin/gpg -e -o \${output} \${input}</encrypt></amazons3>
  <subversion><collect_mode>incr</collect_mode><compress_mode>none</compress_mode>
    <repository><abs_path>/svn/one</abs_path></repository>
    <repository_dir><abs_path>/svn/many</abs_path><exclude><pattern>.*/old</pattern></exclude></repository_dir></subversion>
</cb_config>
`;

async function imported(place: Place, xml: string): Promise<{ code: number; stderr: string; stdout: string }> {
  place.write("cback.conf", xml);
  return callMain("pool", "--import", place.at("cback.conf"));
}

test("a cback.conf becomes a pool.conf that says the same, without the password; notes say what is left to do", async (t) => {
  const place = makePlace(t);
  const { code, stdout, stderr } = await imported(place, CEDAR);
  assert.equal(code, 0, stderr);
  assert.ok(!`${stdout}${stderr}`.includes("s3cret"));
  for (const says of [
    /target_scsi_id are left out/,
    /password is left out/,
    /extension sysinfo is left out/,
    /action amazons3 uploads/,
  ]) {
    assert.match(stderr, says);
  }
  place.write("pool.conf", stdout);
  const loaded = loadPool(place.at("pool.conf"));
  assert.ok(loaded.ok);
  const { options, peers, collect, stage, store, s3, purge, extensions, mysql, repositories } = loaded.config;
  assert.deepEqual(
    [options.startingDay, options.workingDir, options.backupUser, options.rcpCommand, options.managedActions],
    ["tuesday", "/opt/backup/tmp", "backup", ["/usr/bin/scp", "-1", "-B"], ["collect", "purge"]],
  );
  assert.deepEqual(options.override, [{ command: "cdrecord", path: "/usr/bin/wodim" }]);
  assert.deepEqual(options.preActionHook, [{ action: "collect", command: ["echo", "I AM; A HOOK"] }]);
  assert.deepEqual(
    peers.map(({ name, isRemote, backupUser, managed, ignoreFailures }) => [
      name,
      isRemote,
      backupUser,
      managed,
      ignoreFailures,
    ]),
    [
      ["debian", false, "backup", false, "none"],
      ["web.example.org", true, "other", true, "weekly"],
    ],
  );
  assert.deepEqual(
    collect?.items.map(({ absPath, collectMode, linkDepth, dereference, recursionLevel }) => [
      absPath,
      collectMode,
      linkDepth,
      dereference,
      recursionLevel,
    ]),
    [
      ["/home/root/.profile", "weekly", 0, false, 0],
      ["/root", "daily", 0, false, 0],
      ["/home/some one", "incr", 1, true, 2],
    ],
  );
  assert.deepEqual(collect?.items[2]?.excludePaths, ["/etc/x", "/home/some one/a/b"]);
  assert.equal(collect?.items[2]?.excludePatterns.length, 2);
  assert.equal(stage?.stagingDir, "/opt/backup/staging");
  assert.deepEqual(
    [store?.mediaType, store?.targetDevice, store?.driveSpeed, store?.blankMode, store?.blankFactor],
    ["cdrw-74", "/dev/cdrw", 4, "weekly", 1.3],
  );
  assert.deepEqual(
    [s3?.s3Bucket, s3?.fullSizeLimit, s3?.encryptCommand?.[0]],
    ["example-backup/x", Math.round(1.1 * 1024 ** 3), "/usr/bin/gpg"],
  );
  assert.deepEqual(
    purge?.dirs.map(({ retainDays }) => retainDays),
    [0, 7],
  );
  assert.deepEqual(
    extensions.map(({ name, type, index }) => [name, type, index]),
    [
      ["mysql", "mysql", 101],
      ["s3", "amazons3", 201],
    ],
  );
  assert.deepEqual([mysql?.user, mysql?.all, mysql?.compressMode], ["root", true, "bzip2"]);
  assert.deepEqual(
    repositories.map(({ absPath, isParent, collectMode }) => [absPath, isParent, collectMode]),
    [
      ["/svn/one", false, "incr"],
      ["/svn/many", true, "incr"],
    ],
  );
});

test("the sample of Debian's cedar-backup3 can be imported", async () => {
  const { code, stderr } = await callMain(
    "pool",
    "--import",
    "/usr/share/doc/cedar-backup3/examples/cback3.conf.sample",
  );
  assert.equal(code, 0, stderr);
});

const BROKEN: [what: string, xml: string, says: RegExp][] = [
  ["no XML", "[collect]\n", /cback\.conf: line 1: /],
  ["XML that ends early", "<cb_config><options>", /cback\.conf: .*options/],
  ["another root element", "<html/>", /no element cb_config/],
  ["values that are mistakes", CEDAR.replace("tuesday", "someday"), /pool\.conf:\d+: starting_day must be/],
];

for (const [what, xml, says] of BROKEN) {
  test(`importing ${what} ends with 4 and says why`, async (t) => {
    const { code, stderr } = await imported(makePlace(t), xml);
    assert.equal(code, 4);
    assert.match(stderr, says);
  });
}

test("importing a file that is not there ends with 4", async () => {
  const { code, stdout } = await callMain("pool", "--import", "/nowhere/cback.conf");
  assert.deepEqual([code, stdout], [4, ""]);
});
