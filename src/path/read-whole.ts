import { readSync } from "node:fs";

/** What an opened regular file holds, up to the size that it was found to have. @throws the system's error. */
export function readWhole(fd: number, sizeBytes: number): Buffer {
  const bytes = Buffer.allocUnsafe(sizeBytes);
  let length = 0;
  while (length < sizeBytes) {
    const count = readSync(fd, bytes, length, sizeBytes - length, null);
    if (count === 0) {
      break;
    }
    length += count;
  }
  return bytes.subarray(0, length);
}
