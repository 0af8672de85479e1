import { closeSync, openSync } from "node:fs";
import { Beneath } from "../../path/beneath.ts";
import type { BytePath } from "../../path/byte-path.ts";
import { FOLDER_ITSELF } from "../../path/open-folder.ts";
import type { ManifestEntry } from "./entry.ts";
import { hashFile } from "./hash.ts";
import type { HashAhead } from "./hash-ahead.ts";
import { HASH_AT, hashFiles } from "./hash-files.ts";

/** So many hashes are remembered for the other hard links of a file. */
const REMEMBERED = 20_000;

/** So many files are hashed in one piece of work, and so many pieces at the same time. */
const TOGETHER = 64;
const AT_WORK = 2;

type File = Pick<ManifestEntry, "path" | "inode" | "size" | "time">;

/** Finds out the hashes of files; the hard links of one file cost one reading. */
export class Hasher {
  private readonly top: number;
  private readonly beneath: Beneath;
  private readonly stopFlag = new Uint8Array(1);
  private readonly signal: AbortSignal | undefined;
  private readonly ahead: HashAhead | undefined;
  private readonly recent = new Map<string, string>();

  constructor(tree: string, signal: AbortSignal | undefined, ahead?: HashAhead) {
    this.beneath = new Beneath(tree);
    this.top = openSync(`${tree}/.`, FOLDER_ITSELF);
    this.signal = signal;
    this.ahead = ahead;
    signal?.addEventListener("abort", this.stop, { once: true });
  }

  /** Of regular files, by their paths. @throws the system's error for one that cannot be read. */
  async hash(files: readonly File[]): Promise<Map<BytePath, string>> {
    const hashes = new Map<BytePath, string>();
    const unread = new Map<string, File>();
    for (const file of files) {
      const known = this.ahead?.hashOf(file) ?? this.recent.get(file.inode);
      if (known === undefined) {
        unread.set(file.inode, file);
      } else {
        hashes.set(file.path, known);
      }
    }
    const read = await this.read([...unread.values()]);
    for (const file of files) {
      const sha256 = hashes.get(file.path) ?? read.get(file.inode);
      if (sha256 !== undefined) {
        hashes.set(file.path, sha256);
      }
    }
    return hashes;
  }

  close(): void {
    this.signal?.removeEventListener("abort", this.stop);
    this.beneath.close();
    closeSync(this.top);
  }

  private readonly stop = (): void => {
    this.stopFlag.fill(1);
  };

  /** By their inodes. */
  private async read(files: readonly File[]): Promise<Map<string, string>> {
    const read = new Map<string, string>();
    for (let start = 0; start < files.length; start += TOGETHER * AT_WORK) {
      const parts = Array.from({ length: AT_WORK }, (_, part) =>
        files.slice(start + part * TOGETHER, start + (part + 1) * TOGETHER),
      );
      for (const hashes of await Promise.all(parts.map((part) => this.readTogether(part)))) {
        for (const [inode, sha256] of hashes) {
          read.set(inode, sha256);
          this.remember(inode, sha256);
        }
      }
    }
    return read;
  }

  /** What cannot be read together with others is read alone, for the error that says why. */
  private async readTogether(files: readonly File[]): Promise<[string, string][]> {
    const results = await hashFiles(
      this.top,
      files.map(({ path }) => path),
      this.stopFlag,
    );
    const hashes: [string, string][] = [];
    for (const [index, { path, inode }] of files.entries()) {
      this.signal?.throwIfAborted();
      const hashed = results[index]?.hashed;
      const sha256 = hashed?.facts.toString("hex", HASH_AT) ?? (await hashFile(this.beneath, path, this.signal)).sha256;
      hashes.push([inode, sha256]);
    }
    return hashes;
  }

  private remember(inode: string, sha256: string): void {
    if (this.recent.size >= REMEMBERED) {
      this.recent.clear();
    }
    this.recent.set(inode, sha256);
  }
}
