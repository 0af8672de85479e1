import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync, readlinkSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type BytePath, toBuffer } from "../../path/byte-path.ts";
import { sha256OfFile } from "../sha256.ts";
import { partialName, publishWhole } from "../whole-file.ts";
import type { WalkedEntry } from "./walk.ts";

/** What each path held when it was last collected. */
export type Digests = Map<BytePath, string>;

/**
 * The digests of what one archive is made from, kept in the working directory. `latest` is what the newest archive
 * saw; `base` is what that archive was compared with, in case it never gets staged and has to be made again.
 */
export interface DigestStore {
  read(which: "latest" | "base"): Promise<Digests>;
  /** Once the archive is in place. @param comparedWith what it was compared with; a full one with nothing. */
  commit(current: Digests, comparedWith: "latest" | "base" | "nothing"): Promise<void>;
}

export function openDigests(workingDir: string, name: string): DigestStore {
  const latest = join(workingDir, `${name}.digests`);
  const base = join(workingDir, `${name}.base.digests`);
  return {
    read: (which) => readDigests(which === "latest" ? latest : base),
    commit: async (current, comparedWith) => {
      // What is missing for a moment, or for good, has everything be taken: never too little.
      if (comparedWith !== "base") {
        rmSync(base, { force: true });
      }
      if (comparedWith === "latest" && existsSync(latest)) {
        renameSync(latest, base);
      }
      await writeDigests(latest, current);
    },
  };
}

/** A text that is another one as soon as the content, the type, the mode or the owner of a path is another. */
export async function digestOf(entry: WalkedEntry): Promise<string> {
  const attributes = [entry.kind, (entry.mode & 0o7777).toString(8), entry.uid, entry.gid].join(":");
  return `${attributes}:${await contentDigest(entry)}`;
}

async function contentDigest({ kind, path }: WalkedEntry): Promise<string> {
  switch (kind) {
    case "dir":
      return "";
    case "link":
      return createHash("sha256")
        .update(readlinkSync(toBuffer(path), "buffer"))
        .digest("hex");
    case "file":
      return sha256OfFile(toBuffer(path));
  }
}

/** A file that is missing or broken knows of nothing: everything is taken then. */
async function readDigests(file: string): Promise<Digests> {
  const digests: Digests = new Map();
  if (!existsSync(file)) {
    return digests;
  }
  try {
    for await (const line of createInterface({ input: createReadStream(file, "latin1") })) {
      const [path, digest] = JSON.parse(line) as [BytePath, string];
      digests.set(path, digest);
    }
    return digests;
  } catch {
    return new Map();
  }
}

async function writeDigests(file: string, digests: Digests): Promise<void> {
  const lines = function* () {
    for (const entry of digests) {
      yield `${JSON.stringify(entry)}\n`;
    }
  };
  await pipeline(Readable.from(lines()), createWriteStream(partialName(file), { encoding: "latin1", mode: 0o600 }));
  await publishWhole(file);
}
