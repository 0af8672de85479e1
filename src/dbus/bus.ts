import type { MessageLike } from "dbus-next";
import { type Connection, connect } from "./connection.ts";
import { BusReplyError } from "./errors.ts";

const CONNECT_SECONDS = 10;
const CALL_SECONDS = 30;

export interface BusCall {
  destination: string;
  path: string;
  interface: string;
  member: string;
  /** Of the body; a call without arguments needs none. */
  signature?: string;
  body?: unknown[];
  /** Default: 30. */
  timeoutSeconds?: number;
}

/** A connection to the system bus. */
export interface Bus {
  /**
   * Calls a method. Always ends: with the values of the answer, or with an error.
   * @throws BusReplyError, BusGoneError, BusTimeoutError
   */
  call(call: BusCall): Promise<unknown[]>;
  /** A value for a place whose type only the value tells (a variant). */
  variant(signature: string, value: unknown): unknown;
  close(): void;
}

/**
 * Connects to the system bus ($DBUS_SYSTEM_BUS_ADDRESS, or its usual socket). dbus-next settles no call when the bus
 * dies and knows no time limit: here every call races both.
 * @throws BusGoneError, BusTimeoutError
 */
export async function openSystemBus({ timeoutSeconds = CONNECT_SECONDS } = {}): Promise<Bus> {
  const { default: dbus } = await import("dbus-next");
  const connection = connect(() => dbus.systemBus());
  const close = () => connection.bus.disconnect();
  const connected = new Promise<void>((resolve) => connection.bus.once("connect", resolve));
  try {
    await connection.race(connected, { what: "cannot connect to the system bus", timeoutSeconds });
  } catch (error) {
    close();
    throw error;
  }
  return {
    call: ({ timeoutSeconds: limit = CALL_SECONDS, ...message }) => send(connection, new dbus.Message(message), limit),
    variant: (signature, value) => new dbus.Variant(signature, value),
    close,
  };
}

async function send(connection: Connection, message: MessageLike, timeoutSeconds: number): Promise<unknown[]> {
  const what = `${message.interface}.${message.member} on ${message.path}`;
  const reply = connection.bus.call(message as Parameters<Connection["bus"]["call"]>[0]);
  try {
    return (await connection.race(reply, { what, timeoutSeconds }))?.body ?? [];
  } catch (error) {
    throw isReply(error) ? new BusReplyError(what, error.type, error.text) : error;
  }
}

/** dbus-next's DBusError, without loading it. */
function isReply(error: unknown): error is { type: string; text: string } {
  return error instanceof Error && "type" in error && "text" in error;
}
