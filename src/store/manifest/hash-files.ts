import { loadAddon } from "../../process/addon.ts";
import { FileWork } from "../../tree/file-work.ts";

/** A tree whose regular files are to be hashed. */
export function filesToHash(tree: string, signal: AbortSignal | undefined): FileWork {
  return new FileWork([tree], ([top = -1], paths, stop) => loadAddon().hashFiles(top, paths, stop), signal);
}
