/** Control characters, line ends of any kind, and those that turn the direction of writing. */
const DANGEROUS = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Most text is such, and there can be thousands of pieces: it needs no care. */
const PLAIN = /^[ -~]*$/;

/** Text that stays on its line and cannot command a terminal: what could is written as a backslash and its number. */
export function visible(text: string): string {
  if (PLAIN.test(text)) {
    return text;
  }
  return text.replace(DANGEROUS, (char) => {
    const code = char.charCodeAt(0);
    return code < 0x80 ? `\\${code.toString(8).padStart(3, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}
