/** Cuts a stream of bytes into pieces at one of several single-byte separators; call the result with null at the end. */
export function splitter(separators: string, receive: (piece: string) => void): (chunk: Buffer | null) => void {
  const codes = new Set([...separators].map((char) => char.charCodeAt(0)));
  let rest = "";
  return (chunk) => {
    if (chunk === null) {
      if (rest !== "") {
        receive(rest);
      }
      rest = "";
      return;
    }
    let start = 0;
    for (let index = 0; index < chunk.length; index += 1) {
      if (codes.has(chunk[index] as number)) {
        const piece = rest + chunk.toString("latin1", start, index);
        rest = "";
        start = index + 1;
        if (piece !== "") {
          receive(piece);
        }
      }
    }
    rest += chunk.toString("latin1", start);
  };
}

/** NUL-terminated names for a program's standard input, in pieces of about 64 KiB. */
export function* nulSeparated(names: Iterable<string>): Generator<Buffer> {
  let piece = "";
  for (const name of names) {
    piece += `${name}\0`;
    if (piece.length > 65_536) {
      yield Buffer.from(piece, "latin1");
      piece = "";
    }
  }
  if (piece !== "") {
    yield Buffer.from(piece, "latin1");
  }
}
