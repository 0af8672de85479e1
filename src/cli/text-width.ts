import stringWidth from "fast-string-width";

/** Most text is such, and there can be thousands of pieces: it needs no care. */
const PLAIN = /^[ -~]*$/;

/** The columns that a text takes on a terminal: two for most of East Asia's characters, none for marks that combine. */
export function widthOf(text: string): number {
  return PLAIN.test(text) ? text.length : stringWidth(text);
}

/** The beginning of a text that fits into so many columns, with an ellipsis in place of the rest. */
export function cutToWidth(text: string, width: number): string {
  if (widthOf(text) <= width) {
    return text;
  }
  let left = width - 1;
  let kept = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    left -= widthOf(segment);
    if (left < 0) {
      break;
    }
    kept += segment;
  }
  return `${kept}…`;
}

/**
 * A text in lines of at most so many columns, broken between words; the lines after the first are indented. A word that
 * is longer stays whole, so that it can be copied. Without a width nothing is broken.
 */
export function wrapToWidth(text: string, { width, indent }: { width: number | undefined; indent: number }): string {
  if (width === undefined || widthOf(text) <= width) {
    return text;
  }
  const [lead = ""] = /^ */.exec(text) ?? [];
  const lines: string[] = [];
  let line = lead;
  for (const word of text.slice(lead.length).split(/(?<=\S) (?=\S)/)) {
    const joined = line.trim() === "" ? `${line}${word}` : `${line} ${word}`;
    if (line.trim() === "" || widthOf(joined) <= width) {
      line = joined;
    } else {
      lines.push(line);
      line = `${" ".repeat(indent)}${word}`;
    }
  }
  return [...lines, line].join("\n");
}
