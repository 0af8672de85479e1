import { createReadStream, fstatSync } from "node:fs";
import { Readable } from "node:stream";
import type { Context } from "hono";
import { type BytePath, printable } from "../path/byte-path.ts";
import { openFile } from "../store/folder-entries.ts";

/** A file of a snapshot, to be saved and never shown: it may hold anything. Undefined when there is no such file. */
export function sendFile(context: Context, tree: string, path: BytePath): Response | undefined {
  const fd = openFile(tree, path);
  if (fd === undefined) {
    return undefined;
  }
  const name = printable(path).split("/").at(-1) ?? "file";
  context.header("Content-Type", "application/octet-stream");
  context.header("Content-Length", String(fstatSync(fd).size));
  context.header(
    "Content-Disposition",
    `attachment; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, percent)}`,
  );
  return context.body(Readable.toWeb(createReadStream("", { fd })) as ReadableStream);
}

function percent(char: string): string {
  return `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
}
