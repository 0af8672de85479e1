import { readFileSync } from "node:fs";
import { type BytePath, bytePathFromBuffer, bytePathFromText } from "../path/byte-path.ts";

/** What Node puts in place of bytes that are not UTF-8. */
const REPLACEMENT = "\uFFFD";

/**
 * Words of the command line as the bytes that the shell passed. Node gives them as text, in which bytes that are not
 * UTF-8 are lost; the kernel still has them.
 */
export function bytesOfWords(words: readonly string[], commandLine = readCommandLine): BytePath[] {
  if (!words.some(isDamaged)) {
    return words.map(bytePathFromText);
  }
  const originals = commandLine();
  return words.map((word) => {
    const index = isDamaged(word) ? originals.findIndex((original) => original.toString() === word) : -1;
    const [original] = index === -1 ? [] : originals.splice(index, 1);
    return original === undefined ? bytePathFromText(word) : bytePathFromBuffer(original);
  });
}

/** Whether a word holds something that was not UTF-8 on the command line. */
export function isDamaged(word: string): boolean {
  return word.includes(REPLACEMENT);
}

function readCommandLine(): Buffer[] {
  const bytes = readFileSync("/proc/self/cmdline");
  const words: Buffer[] = [];
  for (let start = 0, end = bytes.indexOf(0); end !== -1; start = end + 1, end = bytes.indexOf(0, start)) {
    words.push(bytes.subarray(start, end));
  }
  return words;
}
