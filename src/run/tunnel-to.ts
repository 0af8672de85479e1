import type { SshTunnel } from "../destination/destination.ts";
import type { Location } from "../destination/location.ts";
import { createTunnel } from "../ssh/tunnel.ts";
import { parseTunnelSpec } from "../ssh/tunnel-spec.ts";
import type { Reach } from "./reach.ts";

/** The tunnel that `[USER@]HOST[:PORT]` stands for, to the daemon's port on that host. @throws UsageError */
export function tunnelTo(
  spec: string,
  { port }: Extract<Location, { kind: "daemon" }>,
  { sshOptions = [], identity }: Pick<Reach, "sshOptions" | "identity"> = {},
): SshTunnel {
  return createTunnel({ ...parseTunnelSpec(spec), options: sshOptions, identity }, port);
}
