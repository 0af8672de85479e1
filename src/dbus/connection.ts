import type { Readable } from "node:stream";
import type { MessageBus } from "dbus-next";
import { describeError } from "../errors/describe.ts";
import { formatDuration } from "../units/duration.ts";
import { BusGoneError, BusTimeoutError } from "./errors.ts";

/** A connection on which nothing is waited for without end. */
export interface Connection {
  bus: MessageBus;
  /** The outcome of some work on the bus, unless the connection ends first or the time is over. */
  race<T>(work: Promise<T>, limits: { what: string; timeoutSeconds: number }): Promise<T>;
}

/** What dbus-next keeps to itself: without `end` nobody learns that the bus has hung up. */
interface WithConnection {
  _connection: { on(event: "end", listener: () => void): void; stream: Readable };
}

/** @throws BusGoneError when the address cannot be used; a bus that is not there shows in the first race. */
export function connect(open: () => MessageBus): Connection {
  let bus: MessageBus;
  try {
    bus = open();
  } catch (error) {
    throw new BusGoneError(`cannot connect to D-Bus: ${describeError(error)}`, { cause: error });
  }
  let end: string | undefined;
  const waiting = new Set<() => void>();
  const hangUp = (reason: string) => {
    end ??= reason;
    for (const wake of waiting) {
      wake();
    }
  };
  bus.on("error", (error: unknown) => hangUp(describeError(error)));
  const { _connection: connection } = bus as unknown as WithConnection;
  connection.on("end", () => hangUp("D-Bus closed the connection"));
  passOverUnreadable(connection.stream, hangUp);
  return {
    bus,
    race: (work, { what, timeoutSeconds }) =>
      new Promise((resolve, reject) => {
        const settle = (how: () => void) => {
          clearTimeout(timer);
          waiting.delete(wake);
          how();
        };
        const wake = () => settle(() => reject(new BusGoneError(`${what}: ${end}`)));
        const timer = setTimeout(() => {
          const limit = formatDuration(timeoutSeconds);
          settle(() => reject(new BusTimeoutError(`${what}: no answer within ${limit}`)));
        }, timeoutSeconds * 1000);
        waiting.add(wake);
        work.then(
          (value) => settle(() => resolve(value)),
          (error: unknown) => settle(() => reject(error)),
        );
        if (end !== undefined) {
          wake();
        }
      }),
  };
}

/**
 * Lets dbus-next go on with the next message where it cannot read one: it throws in its listener, which would end the
 * program, and on the system bus any user may send anybody a signal. A call whose answer is lost that way ends with its
 * time. What it cannot even pass over is the end of the connection.
 */
function passOverUnreadable(stream: Readable, hangUp: (reason: string) => void): void {
  const emit = stream.emit.bind(stream);
  stream.emit = (event: string | symbol, ...args: unknown[]) => {
    for (;;) {
      const waiting = stream.readableLength;
      try {
        return emit(event, ...args);
      } catch (error) {
        if (event !== "readable") {
          throw error;
        }
        if (stream.readableLength === waiting) {
          hangUp(`D-Bus sends what cannot be read: ${describeError(error)}`);
          return true;
        }
      }
    }
  };
}
