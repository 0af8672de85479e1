import { BakupError, UsageError } from "../errors/errors.ts";
import { chainOf, type Witness } from "./witness.ts";

/** What the daemon says about a connection, in the variables of rsyncd.conf(5). Texts of the client are taken as they are. */
export interface Request {
  /** The daemon's process for this client: the same for both helpers. */
  pid: number;
  module: string;
  /** Of the host, also with `use chroot`. Taken literally: it may hold colons. */
  path: string;
  client: string;
  /** The name that the client proved; "" without `auth users`. */
  user: string;
}

/** @throws UsageError outside of rsyncd; BakupError for a module whose path cannot be a text. */
export function readRequest(env: NodeJS.ProcessEnv): Request {
  const pid = Number(env.RSYNC_PID);
  const module = env.RSYNC_MODULE_NAME ?? "";
  const path = env.RSYNC_MODULE_PATH ?? "";
  if (!Number.isSafeInteger(pid) || pid <= 0 || module === "" || path === "") {
    throw new UsageError("RSYNC_PID, RSYNC_MODULE_NAME or RSYNC_MODULE_PATH is missing: only rsyncd can start this", {
      hint: "see bakup-xfer(8) for the lines of rsyncd.conf",
    });
  }
  if (!path.startsWith("/") || path.includes("\ufffd")) {
    throw new BakupError(`the path of module "${module}" is not absolute, or not UTF-8: ${path}`, {
      hint: "give the module's folder another name",
    });
  }
  return { pid, module, path, client: env.RSYNC_HOST_ADDR || "unknown", user: env.RSYNC_USER_NAME ?? "" };
}

/** The arguments that the client gave to the daemon's rsync, the program's name first. Only pre-xfer gets them. */
export function argumentsOf(env: NodeJS.ProcessEnv): string[] {
  const args: string[] = [];
  for (let arg = env.RSYNC_ARG0; arg !== undefined; arg = env[`RSYNC_ARG${args.length}`]) {
    args.push(arg);
  }
  return args;
}

/**
 * A client forces an upload by asking for MODULE/./ instead of MODULE/: to rsync the same folder, and within the reach
 * of every client.
 */
export function asksToForce(env: NodeJS.ProcessEnv): boolean {
  return (env.RSYNC_REQUEST ?? "").startsWith(`${env.RSYNC_MODULE_NAME}/./`);
}

/**
 * The daemon's process for a client, which lives until post-xfer has ended, and the one that it has started to transfer.
 * Measured with rsync 3.5.0: RSYNC_PID is the former.
 */
export interface Connection {
  connection: Witness;
  transfer: Witness;
}

/** The connection that this helper was started for. @throws BakupError when it was not. */
export function connectionOf({ pid }: Request): Connection {
  const chain = chainOf(process.pid);
  const index = chain.findIndex((ancestor) => ancestor.pid === pid);
  const [transfer, connection] = chain.slice(Math.max(index - 1, 0));
  if (index < 1 || transfer === undefined || connection === undefined) {
    throw new BakupError(`this helper was not started by process ${pid}, as RSYNC_PID says`);
  }
  return { connection, transfer };
}
