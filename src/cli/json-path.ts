import { type BytePath, toBuffer } from "../path/byte-path.ts";

/** A path in JSON. */
export interface JsonPath {
  /** As text; what is not UTF-8 in it is replaced. */
  path: string;
  /** The bytes of a path that is not UTF-8. */
  pathBase64?: string;
}

/** A path for JSON, from which the exact bytes can be had again. */
export function jsonPath(bytePath: BytePath): JsonPath {
  const bytes = toBuffer(bytePath);
  const path = bytes.toString();
  return Buffer.from(path).equals(bytes) ? { path } : { path, pathBase64: bytes.toString("base64") };
}
