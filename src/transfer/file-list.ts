import type { BytePath } from "../path/byte-path.ts";
import { nulSeparated } from "../process/lines.ts";

/** Paths for rsync's `--from0 --files-from=-`. */
export function fileList(paths: Iterable<BytePath>): Generator<Buffer> {
  return nulSeparated(names(paths));
}

/** rsync takes a name that begins with # or ; for a comment, even in a list that NULs separate. */
function* names(paths: Iterable<BytePath>): Generator<string> {
  for (const path of paths) {
    yield /^[#;]/.test(path) ? `./${path}` : path;
  }
}
