import { formatBytes, formatCount } from "../units/size.ts";
import type { Finding } from "./finding.ts";

/** What a store's file system has, and has left for us. */
export interface SpaceFacts {
  store: string;
  bytes: number;
  freeBytes: number;
  /** 0 where the file system makes them as needed. */
  inodes: number;
  freeInodes: number;
}

const SCARCE = 0.1;
const ALMOST_NONE = 0.02;
const HINT = "keep fewer snapshots ([rotation]), leave more out ([source] exclude), or take a larger disk";

/** Each snapshot needs room for what has changed, and an inode for each of its folders. */
export function judgeSpace({ store, bytes, freeBytes, inodes, freeInodes }: SpaceFacts): Finding[] {
  const space = `${formatBytes(freeBytes)} of ${formatBytes(bytes)} are free for ${store}`;
  const nodes = `${formatCount(freeInodes)} of ${formatCount(inodes)} inodes are free for ${store}`;
  return [judgeShare(freeBytes, bytes, space), ...(inodes === 0 ? [] : [judgeShare(freeInodes, inodes, nodes)])];
}

function judgeShare(free: number, all: number, text: string): Finding {
  const share = all === 0 ? 0 : free / all;
  if (share >= SCARCE) {
    return { check: "space", level: "fine", text };
  }
  return { check: "space", level: share < ALMOST_NONE ? "problem" : "advice", text, hint: HINT };
}
