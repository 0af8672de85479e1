import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { plain } from "../cli/terminal.ts";
import { builtPackage } from "../debian/built-package.ts";
import { deviceOf, makeDisk, plug } from "./disks.ts";
import { type Guest, PAYLOAD, wakeGuest } from "./guest.ts";
import { LANE } from "./lane.ts";

const WAIT_SECONDS = 240;

let guest: Guest;

before(async () => {
  if (LANE.skip === false) {
    guest = await wakeGuest({ payload: [await builtPackage()] });
    await guest.sh(`dpkg --install ${PAYLOAD}/bakup_*.deb
      mkdir -p /srv/photos; echo one > /srv/photos/a
      (umask 077; printf secret > /root/key); : > /etc/crypttab`);
    await makeDisk(guest, "new");
    await plug(guest, "new");
  }
});
after(() => guest?.end());

/** A program on a terminal of the guest. */
async function openTerminal(command: string) {
  await guest.sh(`mkfifo /run/keys; systemd-run --quiet --unit=person sh -c 'exec 3<>/run/keys
    exec script --quiet --flush --return --command "${command}" /run/screen <&3'`);
  let seen = 0;
  return {
    /** Waits for something that was not seen yet, and gives the first group of the expression. */
    sees: async (what: RegExp): Promise<string> => {
      const deadline = Date.now() + WAIT_SECONDS * 1000;
      for (;;) {
        const screen = plain(await guest.sh("cat /run/screen 2>/dev/null || true")).slice(seen);
        const found = what.exec(screen);
        if (found !== null) {
          seen += found.index + found[0].length;
          return found[1] ?? "";
        }
        assert.ok(Date.now() < deadline, `${what} did not come; the terminal shows:\n${screen}`);
        await sleep(200);
      }
    },
    types: (text: string) => guest.sh(`printf '%s\\r' '${text}' > /run/keys`),
  };
}

/** Commands that were shown, with a key file in place of somebody who types the passphrase. */
function withKey(commands: string): string {
  return commands
    .replace("luksFormat", "luksFormat --batch-mode --key-file=/root/key --pbkdf pbkdf2 --pbkdf-force-iterations 1000")
    .replace("cryptsetup open", "cryptsetup open --key-file=/root/key")
    .replace("udisksctl unlock", "udisksctl unlock --key-file=/root/key");
}

test(
  "from a new disk to encrypted backups by themselves: nothing but what bakup init asks and says",
  LANE,
  async () => {
    const options = "--source /srv/photos --exclude *.iso --timer-arg 1s --timer-arg always --keep daily=7";
    const { sees, types } = await openTerminal(`bakup init photos ${options}`);
    const device = (await guest.sh(`readlink -f ${deviceOf("new")}`)).trim();
    const chooses = async (state: string) => {
      await types(await sees(new RegExp(`(\\d+)  ${device}  256 MiB, ${state}[\\s\\S]*Number \\[1\\] `)));
    };
    const obeys = async () => {
      const commands = await sees(/These commands help.*\n((?: {4}.*\n)+)[\s\S]*when it is done: /);
      await guest.sh(`${withKey(commands)}udevadm settle`);
      await types("");
    };
    await chooses("empty");
    await obeys();
    await chooses("encrypted, locked");
    await obeys();
    await chooses('"bakup", encrypted ext4, mounted on /mnt/backup');
    await sees(/passphrase of the disk come from[\s\S]*Number \[1\] /);
    await types("1");
    await sees(/Which file\?.* /);
    await types("/root/key");
    await sees(/when the disk is plugged in\?.* /);
    await types("");
    await sees(/Write this .* /);
    await types("");
    await sees(/Try it now\?.* /);
    await types("");
    await sees(/1 new, 0 changed[\s\S]*nothing was changed \(dry run\)[\s\S]*Start it by itself.* /);
    await types("");
    await sees(/enabled: bakup\.timer, bakup-watch\.timer/);
  },
);
