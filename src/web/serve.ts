import { chmodSync, lstatSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Profile } from "../config/profile.ts";
import { describeError } from "../errors/describe.ts";
import { BakupError } from "../errors/errors.ts";
import { buildApp } from "./app.ts";
import { derive, newToken } from "./token.ts";

export interface WebOptions {
  profiles: () => Profile[];
  /** Where it listens: a port of an address of this machine, or a socket. */
  listen: { address: string; port: number } | { socket: string };
  /** Opens the page; not needed with a socket, whose file only its owner may use. */
  token: string | undefined;
}

export interface Web {
  /** Where the page is; with a token, the address that opens it. For people only: it holds the secret. */
  url: string;
  close(): Promise<void>;
}

const LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"];

/** Starts the page. @throws BakupError when it cannot listen there. */
export async function serveWeb({ profiles, listen, token }: WebOptions): Promise<Web> {
  const hosts = new Set<string>();
  const formSecret = derive(token ?? newToken(), "form");
  const app = buildApp({ profiles, hosts, token, formSecret });
  const server = createServer(getRequestListener(app.fetch));
  await start(server, listen);
  if ("socket" in listen) {
    hosts.add("localhost");
    return { url: listen.socket, close: () => stop(server) };
  }
  const { port } = server.address() as AddressInfo;
  const shown = listen.address.includes(":") ? `[${listen.address}]` : listen.address;
  for (const name of [...LOOPBACK_NAMES, shown]) {
    hosts.add(`${name}:${port}`);
  }
  return { url: `http://${shown}:${port}/${token === undefined ? "" : `?token=${token}`}`, close: () => stop(server) };
}

async function start(server: Server, listen: WebOptions["listen"]): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      if ("socket" in listen) {
        removeOldSocket(listen.socket);
        const mask = process.umask(0o177);
        server.listen(listen.socket, resolve);
        process.umask(mask);
      } else {
        server.listen(listen.port, listen.address, resolve);
      }
    });
    if ("socket" in listen) {
      chmodSync(listen.socket, 0o600);
    }
  } catch (error) {
    throw new BakupError(`the page cannot be served: ${describeError(error)}`, {
      hint: "is it running already? Another place: --port or --socket",
      cause: error,
    });
  }
}

/** What a page that was killed has left; anything but a socket stays. */
function removeOldSocket(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket()) {
    rmSync(path);
  }
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
