import { join } from "node:path";

declare const BAKUP_ADDON: string | undefined;

/** Where the build puts what it makes of datagram.c, seen from this file; the bundle has it beside itself. */
const ADDON = typeof BAKUP_ADDON === "string" ? BAKUP_ADDON : "../../dist/bakup.node";

/** datagram.c describes it. */
interface Addon {
  connect(path: string): number;
  send(socket: number, bytes: Uint8Array): void;
}

let addon: Addon | undefined;

export interface DatagramSocket {
  /**
   * Sends one datagram, and waits while the other side is behind: what was sent arrives, whatever happens to this
   * process. Throws a system error when nobody listens any more.
   */
  send(bytes: Uint8Array): void;
}

/** A socket connected to a path, or with "@" before its name to an abstract one. Throws a system error. */
export function connectDatagram(path: string): DatagramSocket {
  addon ??= load();
  const { connect, send } = addon;
  const socket = connect(path);
  return { send: (bytes) => send(socket, bytes) };
}

function load(): Addon {
  const module: { exports: Partial<Addon> } = { exports: {} };
  process.dlopen(module, join(import.meta.dirname, ADDON));
  return module.exports as Addon;
}
