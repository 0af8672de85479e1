import { UsageError } from "../errors/errors.ts";
import type { SshHost } from "./host.ts";

const SPEC =
  /^(?:(?<username>[^\s:-][^\s:]*)@)?(?:\[(?<address>[0-9A-Fa-f.:%\w-]+)\]|(?<name>[^\s@:[\]-][^\s@:[\]]*))(?::(?<port>\d{1,5}))?$/;

/** Reads `[USER@]HOST[:PORT]`, with an IPv6 address in brackets. @throws UsageError */
export function parseTunnelSpec(text: string): Pick<SshHost, "username" | "hostname" | "port"> {
  const groups = SPEC.exec(text)?.groups;
  const port = groups?.port === undefined ? undefined : Number(groups.port);
  if (groups === undefined || (port !== undefined && (port === 0 || port > 65_535))) {
    throw new UsageError(`the tunnel "${text}" cannot be read`, { hint: "write [USER@]HOST or [USER@]HOST:PORT" });
  }
  return {
    username: groups.username ?? null,
    hostname: groups.address ?? groups.name ?? "",
    ...(port === undefined ? {} : { port }),
  };
}
