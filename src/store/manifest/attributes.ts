import { createHash } from "node:crypto";
import { StoreError } from "../../errors/errors.ts";
import { type BytePath, bytePathFromLatin1 } from "../../path/byte-path.ts";
import { firstComplaint, runCommand } from "../../process/command.ts";
import { nulSeparated } from "../../process/lines.ts";

/** Half of a SHA-256, in hexadecimal digits: enough to tell any two sets of attributes apart. */
const DIGEST_LENGTH = 32;

/** Attributes that a file system makes up, or that only it takes: no transfer copies them. */
const FOREIGN = /^(?:system\.(?!posix_acl_)|trusted\.SGI_ACL_|btrfs\.)/;

/**
 * Digests of the extended attributes, ACLs included, of those of the paths that have any. Links are not followed.
 * @throws StoreError when getfattr cannot look at one of them.
 */
export async function digestAttributes(
  tree: string,
  paths: readonly BytePath[],
  signal?: AbortSignal,
): Promise<Map<BytePath, string>> {
  const command = ["getfattr", "--no-dereference", "--dump", "--match=-", "--encoding=hex", "--"];
  const result = await runCommand("xargs", ["--null", "--no-run-if-empty", ...command], {
    cwd: `${tree}/.`,
    input: nulSeparated(paths.map((path) => `./${path}`)),
    signal,
  });
  signal?.throwIfAborted();
  if (result.exitCode !== 0) {
    const vanished = result.stderr.toString().trim();
    throw new StoreError(`cannot read extended attributes in ${tree}: ${vanished ? firstComplaint(result) : "failed"}`);
  }
  return parseDump(result.stdout.toString("latin1"));
}

/** Reads what `getfattr --dump --encoding=hex` prints. Pure. */
export function parseDump(text: string): Map<BytePath, string> {
  const digests = new Map<BytePath, string>();
  for (const block of text.split("\n\n")) {
    const [head = "", ...lines] = block.split("\n");
    const own = lines.filter((line) => line !== "" && !FOREIGN.test(line)).sort();
    if (head.startsWith(HEAD) && own.length > 0) {
      digests.set(pathOf(head), createHash("sha256").update(own.join("\n")).digest("hex").slice(0, DIGEST_LENGTH));
    }
  }
  return digests;
}

const HEAD = "# file: ";

function pathOf(head: string): BytePath {
  const name = head
    .slice(HEAD.length)
    .replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
  return bytePathFromLatin1(name === "./" || name === "." ? "" : name.replace(/^\.\//, ""));
}
