import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { AlreadyRunningError } from "../errors/errors.ts";
import { acquireGuard } from "../lock/guard.ts";
import { turnFile } from "./places.ts";
import type { Connection } from "./request.ts";
import { chainOf, isSame, isWitness, lives, type Witness } from "./witness.ts";

/**
 * Whose turn it is to change a module: from before an upload's first byte until post-xfer is done. No process of ours
 * lives that long, so the daemon's stand for it: the one of the connection, which runs post-xfer at its end, and should
 * somebody kill that, the one that transfers and post-xfer itself. When all are gone, the turn is free.
 */
export interface Turn extends Connection {
  helper?: Witness;
  /** ISO 8601 in UTC. */
  since: string;
}

export interface TurnPlace {
  folder: string;
  modulePath: string;
}

/** How often a helper tries while another one writes the turn down, which takes milliseconds. */
const TRIES = 100;
const TRY_MS = 50;

/** Takes the turn for a connection. @returns undefined, or who has it. */
export async function takeTurn(place: TurnPlace, connection: Connection): Promise<Turn | undefined> {
  return alone(place, () => {
    const holder = readTurn(place);
    if (holder !== undefined && isHeld(holder)) {
      return holder;
    }
    writeTurn(place, {
      connection: connection.connection,
      transfer: connection.transfer,
      since: new Date().toISOString(),
    });
    return undefined;
  });
}

/** post-xfer goes on with the turn that pre-xfer took, in its own name. @returns whether it was still this connection's. */
export async function continueTurn(place: TurnPlace, connection: Connection): Promise<boolean> {
  return alone(place, () => {
    const turn = readTurn(place);
    if (turn === undefined || !isSame(turn.connection, connection.connection)) {
      return false;
    }
    writeTurn(place, { ...turn, ...ownHelper() });
    return true;
  });
}

/** Gives the turn back, if it is this connection's. */
export function releaseTurn(place: TurnPlace, { connection }: Connection): void {
  const turn = readTurn(place);
  if (turn !== undefined && isSame(turn.connection, connection)) {
    rmSync(turnFile(place.folder, place.modulePath), { force: true });
  }
}

function isHeld({ connection, transfer, helper }: Turn): boolean {
  return lives(connection) || lives(transfer) || lives(helper);
}

async function alone<T>(place: TurnPlace, act: () => T): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      const guard = await acquireGuard({
        key: `turn ${turnFile(place.folder, place.modulePath)}`,
        runtimeDirectory: place.folder,
        describe: "another connection to this module",
      });
      try {
        return act();
      } finally {
        guard.release();
      }
    } catch (error) {
      if (!(error instanceof AlreadyRunningError) || tries === TRIES) {
        throw error;
      }
      await sleep(TRY_MS);
    }
  }
}

function ownHelper(): { helper?: Witness } {
  const [helper] = chainOf(process.pid);
  return helper === undefined ? {} : { helper };
}

function readTurn({ folder, modulePath }: TurnPlace): Turn | undefined {
  try {
    const turn = JSON.parse(readFileSync(turnFile(folder, modulePath), "utf8")) as Turn;
    return isWitness(turn.connection) && isWitness(turn.transfer) ? turn : undefined;
  } catch {
    return undefined;
  }
}

function writeTurn({ folder, modulePath }: TurnPlace, turn: Turn): void {
  const file = turnFile(folder, modulePath);
  writeFileSync(`${file}.new`, JSON.stringify(turn), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
