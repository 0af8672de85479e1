import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cached } from "../image/cached.ts";
import { debianImage } from "../image/debian.ts";

const GUEST = fileURLToPath(new URL("guest", import.meta.url));
/** What the initramfs loads, each with what it needs. */
const FIRST_MODULES = ["crc32c_generic", "virtio_pci", "virtio_blk", "virtio_scsi", "sd_mod", "ext4"];
/** Parts of the kernel that the guest has no devices for. */
const UNUSED_MODULES = ["drivers/gpu", "drivers/infiniband", "drivers/media", "drivers/net", "drivers/usb", "sound"];

export interface GuestImage {
  folder: string;
  kernel: string;
  initrd: string;
  /** The root file system: an ext4 that must not be written. */
  disk: string;
}

/** The small Debian of the tests as a disk with a kernel, and with an agent in it that does what tests say. */
export async function guestImage(): Promise<GuestImage> {
  const debian = await debianImage();
  const inputs = [
    debian,
    readFileSync(fileURLToPath(import.meta.url), "utf8"),
    ...readdirSync(GUEST).sort().map(guestFile),
  ];
  const folder = await cached("guest", inputs, (made) => makeImage(debian, made));
  return { folder, kernel: join(folder, "kernel"), initrd: join(folder, "initrd"), disk: join(folder, "disk") };
}

function makeImage(debian: string, folder: string): void {
  const root = join(folder, "root");
  run("cp", ["-al", join(debian, "root"), root]);
  const version = unpackKernel(join(debian, "kernel.deb"), folder, root);
  makeInitrd(root, version, folder);
  configure(root);
  const disk = join(folder, "disk");
  run("truncate", ["--size=1600M", disk]);
  run("mke2fs", ["-q", "-t", "ext4", "-m", "0", "-J", "size=16", "-E", "lazy_itable_init=1", "-d", root, disk]);
  rmSync(root, { recursive: true });
}

/** @returns the kernel's version. */
function unpackKernel(deb: string, folder: string, root: string): string {
  const unpacked = join(folder, "unpacked");
  run("dpkg-deb", ["--extract", deb, unpacked]);
  const [version = ""] = readdirSync(join(unpacked, "lib/modules"));
  const modules = join(unpacked, "lib/modules", version);
  for (const unused of UNUSED_MODULES) {
    rmSync(join(modules, "kernel", unused), { recursive: true, force: true });
  }
  copyFileSync(join(unpacked, "boot", `vmlinuz-${version}`), join(folder, "kernel"));
  mkdirSync(join(root, "usr/lib/modules"), { recursive: true });
  run("mv", [modules, join(root, "usr/lib/modules")]);
  rmSync(unpacked, { recursive: true });
  run("chroot", [root, "depmod", version]);
  return version;
}

function makeInitrd(root: string, version: string, folder: string): void {
  const initrd = join(folder, "initrd-root");
  for (const name of ["bin", "dev", "modules", "proc", "root", "sys"]) {
    mkdirSync(join(initrd, name), { recursive: true });
  }
  const needed = FIRST_MODULES.flatMap((name) =>
    [...run("chroot", [root, "modprobe", "-S", version, "--show-depends", name]).matchAll(/^insmod (\S+)/gm)].map(
      ([, file = ""]) => file,
    ),
  );
  for (const file of new Set(needed)) {
    copyFileSync(join(root, file), join(initrd, "modules", basename(file)));
    appendFileSync(join(initrd, "modules/order"), `${basename(file)}\n`);
  }
  const busybox = join(initrd, "bin/busybox");
  copyFileSync(join(root, "bin/busybox"), busybox);
  writeFileSync(join(initrd, "init"), guestFile("init"), { mode: 0o755 });
  run("sh", ["-c", `cd '${initrd}' && find . | '${busybox}' cpio -o -H newc -R 0:0 2>/dev/null | gzip -1 > ../initrd`]);
  rmSync(initrd, { recursive: true });
}

function configure(root: string): void {
  write(root, "etc/hostname", "guest\n");
  write(root, "etc/hosts", "127.0.0.1 localhost guest\n");
  write(root, "etc/machine-id", "0123456789abcdef0123456789abcdef\n");
  write(root, "etc/fstab", "/dev/vda / ext4 defaults,noatime 0 0\n");
  write(root, "etc/systemd/journald.conf.d/tests.conf", "[Journal]\nStorage=persistent\nRateLimitIntervalSec=0\n");
  write(root, "usr/local/lib/bakup-tests/agent", guestFile("agent"));
  chmodSync(join(root, "usr/local/lib/bakup-tests/agent"), 0o755);
  const units = "etc/systemd/system";
  write(root, `${units}/bakup-tests.service`, guestFile("agent.service"));
  mkdirSync(join(root, units, "multi-user.target.wants"), { recursive: true });
  symlinkSync("../bakup-tests.service", join(root, units, "multi-user.target.wants/bakup-tests.service"));
  link(root, `${units}/default.target`, "/lib/systemd/system/multi-user.target");
  for (const unit of guestFile("masked-units").trim().split("\n")) {
    link(root, `${units}/${unit}`, "/dev/null");
  }
}

/** Files are hard links into the Debian that must not be written: they are replaced. */
function write(root: string, path: string, content: string): void {
  const file = join(root, path);
  mkdirSync(join(file, ".."), { recursive: true });
  rmSync(file, { force: true });
  writeFileSync(file, content);
}

function link(root: string, path: string, target: string): void {
  rmSync(join(root, path), { force: true });
  symlinkSync(target, join(root, path));
}

function guestFile(name: string): string {
  return readFileSync(join(GUEST, name), "utf8");
}

function run(program: string, args: readonly string[]): string {
  return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
