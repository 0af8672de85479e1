import { TransferError } from "../errors/errors.ts";
import { type BytePath, bytePathFromLatin1 } from "../path/byte-path.ts";
import { describeEnd, startCommand } from "../process/command.ts";

/** What sort keeps in memory; the rest goes to temporary files. */
const SORT_MEMORY = "16M";

/**
 * A tree with what its inodes say of each entry, to compare it with a copy: the same records for the same, sorted by path
 * (parents before children), as a stream of NUL-terminated records, with that of the top. Does not leave the file system.
 * @throws TransferError when a part of it cannot be read.
 */
export async function* streamAttributes(folder: string): AsyncGenerator<Buffer> {
  const formats = "\\( -type d -printf '%y,%U,%G,%m,%T@ %P\\0' -o -printf '%y,%U,%G,%m,%T@,%s %P\\0' \\)";
  const sort = `sort --zero-terminated --buffer-size=${SORT_MEMORY} --field-separator=' ' --key=2`;
  const pipeline = `set -o pipefail; find . -xdev ${formats} | ${sort}`;
  const running = await startCommand("bash", ["-c", pipeline], { cwd: folder });
  const complaints: Buffer[] = [];
  running.stderr.on("data", (chunk: Buffer) => complaints.push(chunk));
  yield* running.stdout as AsyncIterable<Buffer>;
  const end = await running.ended;
  if (end.exitCode !== 0) {
    const said = Buffer.concat(complaints).toString().trim().split("\n")[0] || describeEnd(end);
    throw new TransferError(`cannot list the files of ${folder}: ${said}`);
  }
}

export function pathOfAttributes(record: string): BytePath {
  return bytePathFromLatin1(record.slice(record.indexOf(" ") + 1));
}
