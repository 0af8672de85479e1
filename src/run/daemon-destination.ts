import { formatLocation, type Location } from "../destination/location.ts";
import { BakupError, DestinationContextUnavailable } from "../errors/errors.ts";
import type { RunContext } from "./context.ts";
import { passwordArguments } from "./reach.ts";
import { refuseSnapshots } from "./transfer-only.ts";

/** Nobody waits for a daemon that does not answer, or that has gone without a word. */
const TIME_LIMITS = ["--contimeout=30", "--timeout=900"];

type DaemonLocation = Extract<Location, { kind: "daemon" }>;

/** The error for snapshots at an rsync daemon. */
export function daemonHasNoSnapshots(location: string): DestinationContextUnavailable {
  return new DestinationContextUnavailable(
    `${location} is an rsync daemon, which runs no commands: no snapshots can be made there`,
    { hint: "use --backup alone here, and bakup-post-xfer on the daemon's host" },
  );
}

/**
 * Makes ready to talk to an rsync daemon: its password, and the tunnel if there is one, which ends with the run.
 * @throws DestinationContextUnavailable, ConfigurationError, ConnectionError
 */
export async function openDaemonDestination(context: RunContext): Promise<void> {
  const { job, signal } = context;
  const location = job.destination;
  if (location.kind !== "daemon") {
    throw new BakupError(`${job.location} is no rsync daemon`);
  }
  refuseSnapshots(context, daemonHasNoSnapshots(job.location));
  const password = passwordArguments(job.reach?.passwordFile);
  const tunnel = job.reach?.tunnel;
  if (tunnel !== undefined) {
    const onStop = () => void tunnel.close();
    signal.addEventListener("abort", onStop, { once: true });
    context.undo.push({
      name: "close the tunnel",
      undo: async () => {
        signal.removeEventListener("abort", onStop);
        await tunnel.close();
      },
    });
    await tunnel.open();
  }
  context.far = {
    connected: false,
    where: job.location,
    get target() {
      const wanted = job.reach?.force === true ? forced(location) : location;
      return formatLocation(tunnel === undefined ? wanted : throughTunnel(wanted, tunnel.localPort));
    },
    rsyncArguments: () => [...password, ...TIME_LIMITS, "--no-motd"],
    reconnect: async () => tunnel?.open(),
  };
}

/** The same folder to rsync; to bakup-pre-xfer the wish that its schedule be ignored. */
function forced(location: DaemonLocation): DaemonLocation {
  return { ...location, directory: `./${location.directory}` };
}

function throughTunnel(location: DaemonLocation, port: number): DaemonLocation {
  return { ...location, hostname: "127.0.0.1", port };
}
