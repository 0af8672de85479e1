import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { accessSync, constants, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { GuestImage } from "./image.ts";

/** No disk of a guest is as large. */
export const PAYLOAD_BYTES = 64 * 1024 * 1024;

const KERNEL_ARGUMENTS = [
  "console=ttyS0",
  "quiet",
  "loglevel=4",
  "panic=-1",
  "mitigations=off",
  "8250.nr_uarts=1",
  "cryptomgr.notests=1",
  "apparmor=0",
  "audit=0",
];

/** A saved state can only be woken up by a machine like the one it was saved on: that is what this names. */
export function describeMachine(image: GuestImage): readonly string[] {
  const qemu = execFileSync("qemu-system-x86_64", ["--version"], { encoding: "utf8" });
  return [qemu, ...hardware(), ...kernel(image)];
}

export interface MachineOptions {
  /** Of this machine alone: sockets, console, payload; the root disk is `root.qcow2` in it. */
  folder: string;
  image: GuestImage;
  /** A file that a machine's state was saved to. */
  wake?: string | undefined;
  /** What its clock shows when it starts; else what this machine's shows. */
  clock?: Date | undefined;
}

/** Starts qemu. It has a monitor (`monitor`), the agent's port (`agent`) and the console (`console`) in its folder. */
export function startMachine({ folder, image, wake, clock }: MachineOptions): ChildProcess {
  const options = [
    ...hardware(),
    ...kernel(image),
    ...["-serial", `file:${join(folder, "console")}`],
    ...["-qmp", `unix:${join(folder, "monitor")},server=on,wait=off`],
    ...[
      "-blockdev",
      `qcow2,node-name=root,file.driver=file,file.filename=${join(folder, "root.qcow2")},file.cache.no-flush=on`,
    ],
    ...["-blockdev", `raw,node-name=payload,read-only=on,file.driver=file,file.filename=${join(folder, "payload")}`],
    ...["-chardev", `socket,id=agent,path=${join(folder, "agent")},server=on,wait=off`],
    ...DEVICES.flatMap((device) => ["-device", device]),
    ...(wake === undefined ? [] : ["-incoming", `exec:cat '${wake}'`]),
    ...(clock === undefined ? [] : ["-rtc", `base=${clock.toISOString().slice(0, 19)}`]),
  ];
  const log = openSync(join(folder, "qemu.log"), "w");
  // No guest outlives the tests that it works for.
  return spawn("setpriv", ["--pdeathsig", "KILL", "qemu-system-x86_64", ...options], { stdio: ["ignore", log, log] });
}

const DEVICES = [
  "virtio-blk-pci,drive=root,serial=root",
  "virtio-blk-pci,drive=payload,serial=payload",
  "virtio-scsi-pci,id=scsi",
  "virtio-serial-pci",
  "virtserialport,chardev=agent,name=bakup.agent",
  "virtio-rng-pci",
];

function hardware(): string[] {
  const virtual = accelerator() === "kvm";
  return [
    ...(virtual ? ["-accel", "kvm", "-cpu", "host"] : ["-accel", "tcg,thread=multi,tb-size=512", "-cpu", "Nehalem"]),
    ...["-M", "pc", "-smp", "1", "-m", "768"],
    ...["-nodefaults", "-no-user-config", "-display", "none", "-nic", "none"],
  ];
}

/**
 * Only a processor that says so can run guests: some machines have a /dev/kvm that starts and then hangs. BAKUP_VM_ACCEL
 * (kvm or tcg) decides otherwise.
 */
function accelerator(): string {
  const wished = process.env.BAKUP_VM_ACCEL;
  return (
    wished ?? (/^flags\s*:.*\b(vmx|svm)\b/m.test(readFileSync("/proc/cpuinfo", "utf8")) && mayUseKvm() ? "kvm" : "tcg")
  );
}

function mayUseKvm(): boolean {
  try {
    accessSync("/dev/kvm", constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function kernel(image: GuestImage): string[] {
  return ["-kernel", image.kernel, "-initrd", image.initrd, "-append", KERNEL_ARGUMENTS.join(" ")];
}
