/**
 * Splits a command into words as Cedar Backup does: blanks separate, double quotes hold a word together, nothing else
 * is special. No shell reads it. @returns undefined when a quote is not closed, or there is no word at all. Pure.
 */
export function splitCommand(text: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quoted = false;
  for (const char of text) {
    if (char === '"') {
      quoted = !quoted;
      word ??= "";
    } else if (!quoted && /\s/.test(char)) {
      if (word !== undefined) {
        words.push(word);
      }
      word = undefined;
    } else {
      word = (word ?? "") + char;
    }
  }
  if (word !== undefined) {
    words.push(word);
  }
  return quoted || words.length === 0 || words[0] === "" ? undefined : words;
}

/** The words as one command, which `splitCommand` splits into the same words. Pure. */
export function joinCommand(words: readonly string[]): string {
  return words.map((word) => (/^[^\s"]+$/.test(word) ? word : `"${word}"`)).join(" ");
}
