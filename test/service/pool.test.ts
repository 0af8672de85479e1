import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { installedMachine, readJournal, startService } from "./installed-machine.ts";
import { LANE } from "./lane.ts";
import type { Machine } from "./machine.ts";

let machine: Machine;

/** Copies as rcp does, between folders of the machine, and notes who does it. */
const RCP = `#!/bin/sh
id -un >> /var/lib/bakup-pool/who
cp \${1#*@*:} "\${2#*@*:}"`;

const CONFIG = `[options]
backup_user = backup
backup_group = backup
[collect]
collect_dir = /var/lib/bakup-pool/collect
[dir-etc]
abs_path = /etc
[dir-home]
abs_path = /home
[peer-here]
type = local
collect_dir = /var/lib/bakup-pool/collect
[peer-there]
collect_dir = /var/lib/bakup-pool/collect
rcp_command = /usr/local/bin/rcp
[stage]
staging_dir = /var/lib/bakup-pool/stage
[purge-collect]
abs_path = /var/lib/bakup-pool/collect
retain_days = 0`;

before(async () => {
  if (LANE.skip !== false) {
    return;
  }
  machine = await installedMachine([]);
  await machine.output(`cat >/etc/bakup/pool.conf <<'END'
${CONFIG}
END
cat >/usr/local/bin/rcp <<'END'
${RCP}
END
chmod 755 /usr/local/bin/rcp; echo secret >/home/file
touch /var/lib/bakup-pool/who; chown backup /var/lib/bakup-pool/who`);
});
after(() => machine?.stop());

test(
  "bakup-pool.service does the pool's work in its sandbox, reaches peers as the backup user, and tells the journal",
  LANE,
  async () => {
    await startService(machine, "bakup-pool.service");
    const staged = await machine.output("cd /var/lib/bakup-pool/stage/*/*/* && stat -c '%U %a %n' */*.tar.gz");
    assert.deepEqual(staged.trim().split("\n").sort(), [
      "backup 600 here/etc.tar.gz",
      "backup 600 here/home.tar.gz",
      "backup 600 there/etc.tar.gz",
      "backup 600 there/home.tar.gz",
    ]);
    const archives = "/var/lib/bakup-pool/stage/*/*/*/*/home.tar.gz";
    assert.equal(
      await machine.output(`for each in ${archives}; do tar -xzOf $each home/file; done`),
      "secret\nsecret\n",
    );
    assert.match(
      await machine.output("tar -tvf /var/lib/bakup-pool/stage/*/*/*/there/etc.tar.gz"),
      / root\/shadow .* etc\/shadow$/m,
    );
    assert.equal(await machine.output("sort -u /var/lib/bakup-pool/who"), "backup\n");
    assert.equal(await machine.output("ls -A /var/lib/bakup-pool/collect"), "");
    assert.match(await machine.output("stat -c '%U:%G %a' /var/log/bakup-pool.log"), /^root:adm 640\n$/);
    const entries = await readJournal(machine, "--unit=bakup-pool.service BAKUP_KIND=poolNote");
    assert.equal(entries.at(-1)?.BAKUP_TEXT, "run completed with status 0");
  },
);

test("a peer that fails makes the unit fail, with the reason in the journal", LANE, async () => {
  await machine.output("printf '#!/bin/sh\\necho no route to it >&2\\nexit 1\\n' >/usr/local/bin/rcp");
  assert.notEqual((await machine.sh("systemctl start bakup-pool.service")).exitCode, 0);
  assert.equal(await machine.output("systemctl show --value --property=ExecMainStatus bakup-pool.service"), "6\n");
  const entries = await readJournal(machine, "--unit=bakup-pool.service BAKUP_KIND=poolProblem");
  assert.equal(entries[0]?.BAKUP_TEXT, "peer there was not staged: no route to it");
  assert.equal(entries[0]?.PRIORITY, "3");
});
