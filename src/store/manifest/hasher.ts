import { Beneath } from "../../path/beneath.ts";
import { type FileWork, HASH_AT } from "../../tree/file-work.ts";
import type { ManifestEntry } from "./entry.ts";
import { hashFile } from "./hash.ts";
import { filesToHash } from "./hash-files.ts";

/** So many hashes are remembered for the other hard links of a file. */
const REMEMBERED = 20_000;

/** So many files are hashed in one piece of work, and so many pieces at the same time. */
const TOGETHER = 64;
const AT_WORK = 2;

type File = Pick<ManifestEntry, "path" | "inode">;

/** Finds out the hashes of files; the hard links of one file cost one reading. */
export class Hasher {
  private readonly files: FileWork;
  private readonly beneath: Beneath;
  private readonly signal: AbortSignal | undefined;
  private readonly recent = new Map<string, string>();

  constructor(tree: string, signal: AbortSignal | undefined) {
    this.beneath = new Beneath(tree);
    this.files = filesToHash(tree, signal);
    this.signal = signal;
  }

  /** Of regular files, by their inodes. @throws the system's error for one that cannot be read. */
  async hash(files: readonly File[]): Promise<ReadonlyMap<string, string>> {
    const hashes = new Map<string, string>();
    const unread = new Map<string, File>();
    for (const file of files) {
      const known = this.recent.get(file.inode);
      if (known === undefined) {
        unread.set(file.inode, file);
      } else {
        hashes.set(file.inode, known);
      }
    }
    const rest = [...unread.values()];
    for (let start = 0; start < rest.length; start += TOGETHER * AT_WORK) {
      for (const [inode, sha256] of await this.read(rest.slice(start, start + TOGETHER * AT_WORK))) {
        hashes.set(inode, sha256);
        this.remember(inode, sha256);
      }
    }
    return hashes;
  }

  close(): void {
    this.beneath.close();
    this.files.close();
  }

  /** What cannot be read together with others is read alone, for the error that says why. */
  private async read(files: readonly File[]): Promise<[inode: string, sha256: string][]> {
    const paths = files.map(({ path }) => path);
    const parts = Array.from({ length: AT_WORK }, (_, part) => paths.slice(part * TOGETHER, (part + 1) * TOGETHER));
    const outcomes = (await Promise.all(parts.map((part) => this.files.do(part)))).flat();
    const hashes: [string, string][] = [];
    for (const [index, { path, inode }] of files.entries()) {
      this.signal?.throwIfAborted();
      const hashed = outcomes[index]?.done;
      const sha256 = hashed?.toString("hex", HASH_AT) ?? (await hashFile(this.beneath, path, this.signal)).sha256;
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
