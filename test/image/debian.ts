import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cached } from "./cached.ts";

/** What a small Debian needs to run bakup from its package, and what its tests use there. */
const PACKAGES = [
  // the machine
  "busybox-static",
  "dbus",
  "kmod",
  "libpam-systemd",
  "polkitd",
  "procps",
  "systemd",
  "systemd-sysv",
  "udev",
  // what bakup depends on and recommends
  "cryptsetup",
  "cryptsetup-bin",
  "libblockdev-crypto2",
  "nodejs",
  "openssh-client",
  "rsync",
  "udisks2",
  // what tests need in it
  "acl",
  "attr",
  "btrfs-progs",
  "dmsetup",
  "e2fsprogs",
  "libcap2-bin",
  "python3-minimal",
  "xfsprogs",
];

const OPTIONS = [
  "--quiet",
  "--mode=root",
  "--variant=minbase",
  "--format=directory",
  '--aptopt=APT::Install-Recommends "false"',
  '--aptopt=Acquire::Languages "none"',
  "--dpkgopt=path-exclude=/usr/share/doc/*",
  "--dpkgopt=path-exclude=/usr/share/locale/*",
  "--dpkgopt=path-exclude=/usr/share/man/*",
  "--dpkgopt=force-unsafe-io",
  `--include=${PACKAGES.join(",")}`,
];

/**
 * A small Debian of this machine's release as a folder that must not be written: `root` in it is the file system,
 * `kernel.deb` the package of a kernel for virtual machines. Takes a minute the first time. Needs root and a network.
 */
export async function debianImage(): Promise<string> {
  const release = /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "bookworm";
  return cached("debian", [release, ...OPTIONS, FETCH_KERNEL], (folder) => {
    const root = join(folder, "root");
    run("mmdebstrap", [...OPTIONS, `--customize-hook=${FETCH_KERNEL}`, release, root]);
    run("sh", ["-c", 'mv "$1"/boot/linux-image-*.deb "$2"', "sh", root, join(folder, "kernel.deb")]);
  });
}

/** The kernel is only unpacked: its installation would want an initramfs that is nobody's business here. */
const FETCH_KERNEL = `cd "$1/boot" && export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" &&
apt-get download -qq "$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: *//p')"`;

function run(program: string, args: readonly string[]): void {
  execFileSync(program, args, { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, LC_ALL: "C" } });
}
