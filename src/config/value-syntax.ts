export type Reading = { value: string } | { problem: string };

/**
 * Reads what stands after the `=`. In quotes, everything is literal (a doubled quote mark stands for one). Without
 * quotes, a blank, a `#` or `;` and another blank (or the end) begin a comment; a mark inside a word is literal; a mark
 * at the beginning of a word is a problem, since programs disagree about its meaning.
 */
export function readValue(raw: string): Reading {
  const text = trimBlanks(raw);
  const mark = text[0];
  const reading = mark === '"' || mark === "'" ? readQuoted(text, mark) : readPlain(text);
  return "value" in reading && reading.value === ""
    ? { problem: "has no value; write one or remove the line" }
    : reading;
}

/** Writes a value so that `readValue` gives it back byte for byte. It must be neither empty nor hold line breaks. */
export function quote(value: string): string {
  const reading = readPlain(value);
  const plain = "value" in reading && reading.value === value && trimBlanks(value) === value && !/^["']/.test(value);
  if (plain) {
    return value;
  }
  return value.includes('"') && !value.includes("'") ? `'${value}'` : `"${value.replaceAll('"', '""')}"`;
}

/** Without spaces and tabs at both ends; other white space may be part of a file's name. */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text[start])) {
    start += 1;
  }
  while (end > start && isBlank(text[end - 1])) {
    end -= 1;
  }
  return text.slice(start, end);
}

/** What is wrong with text after a value or a section's name, where only a comment may follow. */
export function findTrailingProblem(rest: string, after: string): string | undefined {
  const text = trimBlanks(rest);
  if (text === "") {
    return undefined;
  }
  const mark = text[0];
  if ((mark !== "#" && mark !== ";") || !isBlank(rest[0])) {
    return `text follows ${after}: ${abridge(text)}`;
  }
  return text.length === 1 || isBlank(text[1]) ? undefined : ambiguous(text);
}

/** Text of the user's in quotes, cut when it is long. */
export function abridge(text: string): string {
  const mark = text.includes('"') ? "'" : '"';
  return `${mark}${text.length > 60 ? `${text.slice(0, 57)}…` : text}${mark}`;
}

function readQuoted(text: string, mark: string): Reading {
  let value = "";
  let from = 1;
  for (;;) {
    const end = text.indexOf(mark, from);
    if (end === -1) {
      return { problem: `opens with a ${mark} that is never closed` };
    }
    value += text.slice(from, end);
    if (text[end + 1] !== mark) {
      const problem = findTrailingProblem(text.slice(end + 1), `the closing ${mark}`);
      return problem === undefined ? { value } : { problem: `cannot be read: ${problem}` };
    }
    value += mark;
    from = end + 2;
  }
}

function readPlain(text: string): Reading {
  if (!/[#;"]/.test(text)) {
    return { value: text };
  }
  const found = /(?:^|[ \t])[#;]/.exec(text);
  const mark = found === null ? text.length : found.index + found[0].length - 1;
  const after = text[mark + 1];
  if (after !== undefined && !isBlank(after)) {
    return { problem: `cannot be read: ${ambiguous(text.slice(mark))}` };
  }
  const value = trimBlanks(text.slice(0, mark));
  const quotes = value.split('"').length - 1;
  return quotes % 2 === 0 ? { value } : { problem: "holds a single \"; put the value in '…' if that is meant" };
}

function ambiguous(text: string): string {
  const mark = text[0];
  return `${abridge(text)} may be a comment or not; for a comment put a blank after "${mark}", for a value use quotes`;
}

function isBlank(char: string | undefined): boolean {
  return char === " " || char === "\t";
}
