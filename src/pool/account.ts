import { spawnSync } from "node:child_process";
import { chownSync } from "node:fs";

export interface Account {
  name: string;
  uid: number;
  gid: number;
  home: string;
}

/** A user of this machine by name; undefined when there is none. */
export function findAccount(name: string): Account | undefined {
  const fields = getent("passwd", name);
  return fields === undefined
    ? undefined
    : { name, uid: Number(fields[2]), gid: Number(fields[3]), home: fields[5] || "/" };
}

/** The number of a group of this machine; undefined when there is none. */
export function findGroup(name: string): number | undefined {
  const fields = getent("group", name);
  return fields === undefined ? undefined : Number(fields[2]);
}

/** What was found in this run: each command for a peer asks for its user. */
const known = new Map<string, string[] | undefined>();

function getent(database: "passwd" | "group", name: string): string[] | undefined {
  const key = `${database} ${name}`;
  if (!known.has(key)) {
    known.set(key, askGetent(database, name));
  }
  return known.get(key);
}

function askGetent(database: string, name: string): string[] | undefined {
  const { status, stdout } = spawnSync("getent", [database, "--", name], { encoding: "utf8" });
  return status === 0 ? stdout.trim().split(":") : undefined;
}

export interface Ownership {
  user: string;
  group: string;
}

/**
 * A function that gives files to a user and group, as root. Otherwise, and where they do not exist, files stay with
 * whoever makes them: a backup does not fail for that.
 */
export function createOwnership({ user, group }: Ownership): (path: string) => void {
  const uid = process.geteuid?.() === 0 ? findAccount(user)?.uid : undefined;
  const gid = uid === undefined ? undefined : findGroup(group);
  return (path) => {
    if (uid !== undefined && gid !== undefined) {
      chownSync(path, uid, gid);
    }
  };
}
