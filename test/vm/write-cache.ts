import { execFileSync } from "node:child_process";
import { closeSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "../bench/random.ts";
import { diskFile } from "./disks.ts";
import type { Guest } from "./guest.ts";

const SECTOR_BYTES = 512;
const FLUSH = 1n;

/**
 * Lets a disk be plugged in whose write cache a power cut empties. Killing qemu loses nothing that the guest has written:
 * this machine's kernel has it. So the guest writes to a file that is thrown away, and qemu keeps a log of its writes and
 * flushes, of which `loseUnflushed` makes what a disk without power is left with.
 */
export async function attachCachedDisk({ monitor, folder }: Guest, name: string): Promise<void> {
  const { live, log } = cacheFiles(folder, name);
  const backing = ["-b", diskFile(folder, name), "-F", "raw"];
  execFileSync("qemu-img", ["create", "-q", "-f", "qcow2", ...backing, live]);
  writeFileSync(log, "");
  truncateSync(log, SECTOR_BYTES);
  await monitor("blockdev-add", {
    driver: "blklogwrites",
    "node-name": name,
    file: { driver: "qcow2", file: { driver: "file", filename: live } },
    log: { driver: "file", filename: log },
    "log-sector-size": SECTOR_BYTES,
  });
}

/** What a power cut has lost of a disk's writes. */
export interface Loss {
  flushed: number;
  /** Not flushed, of which the disk had written some all the same. */
  unflushed: number;
  lost: number;
}

/** Lets the disk have what was flushed before the power was cut, and half of what came later, by chance. */
export function loseUnflushed({ folder }: Guest, name: string, random: Random): Loss {
  const { live, log } = cacheFiles(folder, name);
  const entries = [...readLog(readFileSync(log))];
  const flushed = entries.findLastIndex(({ flags }) => (flags & FLUSH) !== 0n) + 1;
  const loss = { flushed, unflushed: entries.length - flushed, lost: 0 };
  const disk = openSync(diskFile(folder, name), "r+");
  for (const [index, { offset, data }] of entries.entries()) {
    if (index < flushed || random.next() < 0.5) {
      writeSync(disk, data, 0, data.length, offset);
    } else {
      loss.lost += 1;
    }
  }
  closeSync(disk);
  rmSync(live);
  rmSync(log);
  return loss;
}

interface Write {
  /** On the disk, in bytes. */
  offset: number;
  flags: bigint;
  data: Buffer;
}

/** The format is that of Linux' dm-log-writes: a sector about the log, then for each write a sector about it and its data. */
function* readLog(log: Buffer): Generator<Write> {
  for (let at = SECTOR_BYTES; at + SECTOR_BYTES <= log.length; ) {
    const sector = Number(log.readBigUInt64LE(at));
    const sectors = Number(log.readBigUInt64LE(at + 8));
    const flags = log.readBigUInt64LE(at + 16);
    if (sectors === 0 && flags === 0n) {
      return;
    }
    const data = log.subarray(at + SECTOR_BYTES, at + SECTOR_BYTES * (1 + sectors));
    yield { offset: sector * SECTOR_BYTES, flags, data };
    at += SECTOR_BYTES + data.length;
  }
}

function cacheFiles(folder: string, name: string) {
  return { live: join(folder, `${name}.live`), log: join(folder, `${name}.log`) };
}
