/**
 * A path as the kernel sees it: bytes. Each character of the string stands for one byte ("latin1"), so names that are
 * not UTF-8 survive, compare and sort like `LC_ALL=C sort`. Never print one: use `printable`.
 */
export type BytePath = string & { readonly __bytePath: unique symbol };

export function bytePathFromBuffer(bytes: Uint8Array): BytePath {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1") as BytePath;
}

/** From text as people write it (UTF-8). */
export function bytePathFromText(text: string): BytePath {
  return Buffer.from(text, "utf8").toString("latin1") as BytePath;
}

/** From a string whose characters already stand for bytes. */
export function bytePathFromLatin1(latin1: string): BytePath {
  return latin1 as BytePath;
}

/** The top of a tree, as the relative path of a folder in it. */
export const TOP = bytePathFromLatin1("");

/** For calls of node:fs. */
export function toBuffer(path: BytePath): Buffer {
  return Buffer.from(path, "latin1");
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** As text; undefined where it is not valid UTF-8. */
export function textOf(path: BytePath): string | undefined {
  try {
    return strictUtf8.decode(toBuffer(path));
  } catch {
    return undefined;
  }
}

/** For people: UTF-8 where it is valid, control characters and other bytes as \ooo. */
export function printable(path: BytePath): string {
  const text = textOf(path);
  if (text === undefined) {
    return path.replace(/[^\x20-\x7e]/g, octal);
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is being made visible
  return text.replace(/[\x00-\x1f\x7f]/g, octal);
}

function octal(char: string): string {
  return `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`;
}

/** The folder that holds a relative path; "" for a name at the top. */
export function parentOf(path: BytePath): BytePath {
  const slash = path.lastIndexOf("/");
  return bytePathFromLatin1(slash === -1 ? "" : path.slice(0, slash));
}

/** The relative path of a name in a folder; "" is the top. */
export function childOf(folder: BytePath, name: BytePath): BytePath {
  return folder === "" ? name : bytePathFromLatin1(`${folder}/${name}`);
}

/** All folders above a relative path, the nearest first, without the top itself. */
export function ancestorsOf(path: BytePath): BytePath[] {
  const ancestors: BytePath[] = [];
  for (let parent = parentOf(path); parent !== ""; parent = parentOf(parent)) {
    ancestors.push(parent);
  }
  return ancestors;
}

/** The path of something below a folder, for calls of node:fs. */
export function below(folder: string, path: BytePath): Buffer {
  return Buffer.concat([Buffer.from(`${folder}/`), toBuffer(path)]);
}
