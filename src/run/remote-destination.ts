import { formatLocation, type Location } from "../destination/location.ts";
import { BakupError, DestinationContextUnavailable, SnapshotsFolderNotFoundError } from "../errors/errors.ts";
import { type FarMachine, lookAtMachine } from "../remote/far-machine.ts";
import { type FarStoreFacts, inspectStore } from "../remote/inspect.ts";
import { checkFacts, keepLock, openFarStore, placeOf, releaseFarLock, reopenFarStore } from "../remote/open.ts";
import { quote } from "../remote/quote.ts";
import { recoverFarStore } from "../remote/recover.ts";
import type { SshHost } from "../ssh/host.ts";
import { openSession, type SshSession } from "../ssh/session.ts";
import { PRESERVE_THERE } from "../transfer/rsync-args.ts";
import type { RunContext } from "./context.ts";
import type { FarRun } from "./far-run.ts";
import { knownStoreId, rememberStore } from "./known-stores.ts";
import { refuseSnapshots } from "./transfer-only.ts";

type SshLocation = Extract<Location, { kind: "ssh" }>;

/**
 * Logs in to the machine of an ssh destination, finds the store there, makes sure that it is the one we know, locks it
 * and puts it in order. One connection serves the whole run.
 * @throws ConnectionError, SnapshotsFolderNotFoundError, StoreError, AlreadyRunningError, DestinationContextUnavailable
 */
export async function openRemoteDestination(context: RunContext): Promise<void> {
  const { job, signal } = context;
  const location = job.destination;
  if (location.kind !== "ssh") {
    throw new BakupError(`${job.location} is not reached over ssh`);
  }
  const host = hostOf(context, location);
  const session = await openSession(host, signal);
  context.undo.push({ name: "close the connection", undo: () => session.close() });
  const machine = await lookAtMachine(session, { sudo: job.reach?.sudo ?? true, signal });
  if (machine === undefined) {
    openForTransferOnly(context, { location, session });
    return;
  }
  const facts = await inspectStore(machine.shell, location.directory);
  const key = `${host.hostname}:${facts.path}`;
  checkFacts(machine.shell, facts, knownStoreId(key));
  if (!job.actions.backup && !["filled", "empty"].includes(facts.mirrorState)) {
    const mirror = `${placeOf(machine.shell, facts.path)}/${facts.mirror}`;
    throw new SnapshotsFolderNotFoundError(`there is no mirror ${mirror} to take snapshots of`);
  }
  const far = farRunOf(context, { location, session, machine, facts });
  context.far = far;
  if (!machine.root && job.actions.backup) {
    const text = `the user of ${session.where} is not root: owners, and what only root may set, are not kept there`;
    context.journal.event("warning", { text });
  }
  if (!job.dryRun) {
    await takeStore(context, far, { machine, facts, key });
  }
}

function hostOf({ job }: RunContext, { username, hostname }: SshLocation): SshHost {
  return { username, hostname, options: job.reach?.sshOptions ?? [], identity: job.reach?.identity };
}

/** A forced command there lets rsync in and nothing else. */
function openForTransferOnly(
  context: RunContext,
  { location, session }: { location: SshLocation; session: SshSession },
): void {
  const { where } = session;
  refuseSnapshots(
    context,
    new DestinationContextUnavailable(`${where} gives no shell: no snapshots can be made there from here`, {
      hint: "use --backup alone, and let that machine take its snapshots; see bakup-receive(7)",
    }),
  );
  // rrsync, which such commands use, knows nothing of fractions of a second.
  context.wholeSeconds = true;
  context.far = {
    connected: true,
    where,
    host: session.host,
    target: formatLocation({ ...location, directory: location.directory || "." }),
    rsyncArguments: () => ["-e", session.rsyncShell()],
    reconnect: () => session.reconnect(context.signal),
  };
}

interface Found {
  location: SshLocation;
  session: SshSession;
  machine: FarMachine;
  facts: FarStoreFacts;
}

function farRunOf(context: RunContext, { location, session, machine, facts }: Found): FarRun {
  const partial = context.job.dryRun ? [] : [`--partial-dir=${facts.path}/.bakup/partial`];
  // A dry run makes no store.
  const hasStore = facts.exists || !context.job.dryRun;
  const far: FarRun = {
    connected: true,
    where: placeOf(machine.shell, facts.path),
    host: session.host,
    target: formatLocation({ ...location, directory: `${hasStore ? "." : facts.path}/${facts.mirror}` }),
    machine,
    facts,
    rsyncArguments: () => [
      "--secluded-args",
      "-e",
      session.rsyncShell(),
      `--rsync-path=${farRsync(machine, hasStore ? facts.path : undefined)}`,
      ...(machine.root ? PRESERVE_THERE : []),
      ...partial,
    ],
    async reconnect() {
      await session.reconnect(context.signal);
      const id = knownStoreId(`${session.host.hostname}:${facts.path}`);
      if (far.store !== undefined && id !== undefined) {
        far.store = await reopenFarStore(machine.shell, far.store, id);
        await recover(context, far);
        far.facts = await inspectStore(machine.shell, `${facts.path}/${facts.mirror}`);
      }
    },
  };
  return far;
}

/** rsync there begins in the store itself, so that it writes nowhere else when a disk goes away. */
function farRsync({ shell }: FarMachine, folder: string | undefined): string {
  const sudo = shell.sudo ? "sudo -n -- " : "";
  if (folder === undefined) {
    return `${sudo}rsync`;
  }
  const enter = 'cd -- "$0" && exec rsync "$@"; echo "bakup: the store is gone" >&2; exit 1';
  return `${sudo}sh -c ${quote(enter)} ${quote(folder)}`;
}

async function takeStore(
  context: RunContext,
  far: FarRun,
  { machine, facts, key }: Pick<Found, "machine" | "facts"> & { key: string },
): Promise<void> {
  const opened = await openFarStore(machine.shell, facts, { known: knownStoreId(key) });
  far.store = opened.store;
  const { store } = opened;
  const stop = keepLock(() => far.store ?? store);
  context.undo.push({
    name: "unlock the store",
    undo: async () => {
      stop();
      if (far.store !== undefined && far.finished !== true) {
        await releaseFarLock(far.store);
      }
    },
  });
  rememberStore(key, opened.id);
  context.wholeSeconds = opened.wholeSeconds;
  if (opened.created) {
    context.journal.event("storeCreated", {
      store: store.where,
      made: facts.exists ? "existing folder" : "new folder",
    });
  }
  if (facts.identity !== undefined) {
    await recover(context, far);
  }
}

async function recover(context: RunContext, far: FarRun): Promise<void> {
  if (far.store === undefined) {
    return;
  }
  const { revealed, discarded } = await recoverFarStore(far.store);
  if (revealed.length + discarded > 0) {
    context.journal.event("storeRecovered", { revealed: revealed.length, discarded });
  }
}
