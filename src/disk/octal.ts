/** Undoes the escapes of fstab(5) and mountinfo, where \040 stands for a blank. */
export function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
