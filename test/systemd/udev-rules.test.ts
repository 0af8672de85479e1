import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { test } from "node:test";

const RULES = "systemd/99-bakup.rules";
const [disk = "none"] = readdirSync("/sys/class/block").filter((name) => !/^(dm-|loop|ram|zram)/.test(name));

/** The units that udev wants for a disk on an event, where its rules are those of the package. */
function wanted(action: string, properties: Record<string, string>): string {
  const given = Object.entries(properties).map(([name, value]) => `ENV{${name}}="${value}"`);
  const script = `
    mount -t tmpfs tmpfs /run && mkdir -p /run/udev/rules.d
    echo '${given.join(", ")}' > /run/udev/rules.d/98-properties.rules
    cp ${RULES} /run/udev/rules.d
    udevadm test --action=${action} /sys/class/block/${disk} 2> /dev/null | sed -n 's/^SYSTEMD_WANTS=//p'`;
  return execFileSync("unshare", ["--mount", "--propagation", "private", "sh", "-c", script], {
    encoding: "utf8",
  }).trim();
}

test("a disk that comes with a file system or encryption starts the unit that looks whose it is", () => {
  for (const usage of ["crypto", "filesystem"]) {
    assert.equal(wanted("add", { ID_FS_USAGE: usage }), `bakup-plugged@${disk}.service`);
  }
  assert.equal(wanted("change", { ID_FS_USAGE: "crypto", DISK_MEDIA_CHANGE: "1" }), `bakup-plugged@${disk}.service`);
});

test("a disk that is only unlocked or locked, or has nothing on it, starts nothing", () => {
  assert.equal(wanted("change", { ID_FS_USAGE: "crypto" }), "");
  assert.equal(wanted("add", { ID_FS_USAGE: "raid" }), "");
});
