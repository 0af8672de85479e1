import { join } from "node:path";

declare const BAKUP_ADDON: string | undefined;

/** Where the build puts what it makes of addon.c, seen from this file; the bundle has it beside itself. */
const ADDON = typeof BAKUP_ADDON === "string" ? BAKUP_ADDON : "../../dist/bakup.node";

declare const isWalk: unique symbol;
/** What only the addon knows. */
export interface Walk {
  readonly [isWalk]: true;
}

/** The system calls that Node.js does not have; the C files of the rooms that use them describe them. */
export interface Addon {
  connect(path: string): number;
  send(socket: number, bytes: Uint8Array): void;
  exitNow(code: number): never;
  freeMemory(array: NodeJS.TypedArray): void;
  lockFile(fd: number): boolean;
  makePipe(): { readEnd: number; writeEnd: number };
  openFolder(top: number, path: Uint8Array): number;
  readFolder(folder: number): Buffer;
  renewFolders(from: number, to: number, folders: Uint8Array): Promise<Buffer>;
  hashFiles(top: number, paths: Uint8Array, stop: Uint8Array): Promise<Buffer>;
  copyFiles(from: number, to: number, paths: Uint8Array, stop: Uint8Array): Promise<Buffer>;
  copyStillFiles(from: number, to: number, paths: Uint8Array, stop: Uint8Array): Promise<Buffer>;
  findAttributes(top: number, paths: Uint8Array): Promise<boolean>;
  changeNames(
    from: number,
    to: number,
    removed: Uint8Array,
    linked: Uint8Array,
  ): Promise<{ index: number; code: string }[]>;
  copyAttributes(from: number, to: number): void;
  openListing(top: number, pruned: Uint8Array, since: bigint, mark: Uint8Array): Walk;
  openSurvey(top: number, isPlain: boolean): Walk;
  readWalk(walk: Walk): Promise<Buffer | null>;
  closeWalk(walk: Walk): void;
  readAttributes(path: Uint8Array): Buffer | null;
  removeTree(parent: number, name: Uint8Array, stop: Uint8Array): Promise<string | null>;
}

let addon: Addon | undefined;

/** Loaded when it is needed first. */
export function loadAddon(): Addon {
  addon ??= load();
  return addon;
}

function load(): Addon {
  const module: { exports: Partial<Addon> } = { exports: {} };
  process.dlopen(module, join(import.meta.dirname, ADDON));
  return module.exports as Addon;
}
