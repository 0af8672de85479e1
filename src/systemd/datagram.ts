import { loadAddon } from "../process/addon.ts";

export interface DatagramSocket {
  /**
   * Sends one datagram, and waits while the other side is behind: what was sent arrives, whatever happens to this
   * process. Throws a system error when nobody listens any more.
   */
  send(bytes: Uint8Array): void;
}

/** A socket connected to a path, or with "@" before its name to an abstract one. Throws a system error. */
export function connectDatagram(path: string): DatagramSocket {
  const { connect, send } = loadAddon();
  const socket = connect(path);
  return { send: (bytes) => send(socket, bytes) };
}
