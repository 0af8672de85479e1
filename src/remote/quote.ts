/**
 * One word for a shell of another machine, whatever is in it. Quotes and backslashes stand outside the single quotes,
 * so that sh, bash, zsh and fish all read the same.
 */
export function quote(word: string): string {
  return `'${word.replace(/['\\]/g, (char) => `'\\${char}'`)}'`;
}
