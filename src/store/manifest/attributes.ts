import { createHash } from "node:crypto";
import { errnoOf } from "../../errors/describe.ts";
import { StoreError } from "../../errors/errors.ts";
import type { Beneath } from "../../path/beneath.ts";
import { type BytePath, printable } from "../../path/byte-path.ts";
import { loadAddon } from "../../process/addon.ts";

/** Half of a SHA-256, in hexadecimal digits: enough to tell any two sets of attributes apart. */
const DIGEST_LENGTH = 32;

/** Attributes that a file system makes up, or that only it takes: no transfer copies them. */
const FOREIGN = /^(?:system\.(?!posix_acl_)|trusted\.SGI_ACL_|btrfs\.)/;

/**
 * A digest of the extended attributes, ACLs included, of what lies at a path, which is not followed if it is a link.
 * @returns undefined when it has none. @throws StoreError when they cannot be read.
 */
export function digestAttributes(tree: Beneath, path: BytePath): string | undefined {
  return digestRecords(readAttributes(tree, path)?.toString("latin1").split("\0") ?? []);
}

/** The same of what the addon's `readAttributes` gave. */
export function digestRecords(attributes: readonly string[]): string | undefined {
  const own = attributes.filter((each) => each !== "" && !FOREIGN.test(each)).sort();
  return own.length === 0
    ? undefined
    : createHash("sha256").update(own.join("\0"), "latin1").digest("hex").slice(0, DIGEST_LENGTH);
}

function readAttributes(tree: Beneath, path: BytePath): Buffer | null {
  try {
    return loadAddon().readAttributes(tree.place(path));
  } catch (error) {
    throw new StoreError(`cannot read the extended attributes of "${printable(path)}": ${errnoOf(error)}`, {
      cause: error,
    });
  }
}
