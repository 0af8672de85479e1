import { describeEnd, firstComplaint, runCommand, startCommand } from "../../process/command.ts";
import { ListingError } from "./list-source.ts";

/** Reads a packed listing as a stream. @throws ListingError at its end when it is damaged. */
export async function* readPacked(path: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const running = await startCommand("gzip", ["-dc", "--", path], { signal });
  running.stderr.resume();
  yield* running.stdout as AsyncIterable<Buffer>;
  const end = await running.ended;
  if (end.exitCode !== 0) {
    throw new ListingError(`the index is damaged: gzip ended with ${describeEnd(end)}`);
  }
}

/** Packs a listing into a file of its own and leaves the plain one alone. @throws ListingError */
export async function packListing(plain: string, packed: string, signal?: AbortSignal): Promise<void> {
  const result = await runCommand("sh", ["-c", 'umask 077; gzip -1 -c -- "$1" >"$2"', "sh", plain, packed], { signal });
  if (result.exitCode !== 0) {
    throw new ListingError(`cannot write the index: ${firstComplaint(result)}`);
  }
}
