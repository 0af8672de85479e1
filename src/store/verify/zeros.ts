import { closeSync, constants, readSync } from "node:fs";
import type { Beneath } from "../../path/beneath.ts";
import type { BytePath } from "../../path/byte-path.ts";

const PIECE_BYTES = 65_536;

/** Whether a file holds nothing but zeros: what a power cut or a dying disk leaves. */
export function hasOnlyZeros(tree: Beneath, path: BytePath): boolean {
  const fd = tree.open(path, constants.O_RDONLY);
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  try {
    for (;;) {
      const count = readSync(fd, piece);
      if (count === 0) {
        return true;
      }
      if (piece.subarray(0, count).some((byte) => byte !== 0)) {
        return false;
      }
    }
  } finally {
    closeSync(fd);
  }
}
