import { forEachBounded } from "./bounded.ts";
import { joinCommand } from "./command-line.ts";
import type { Peer } from "./config/model.ts";
import type { PoolContext } from "./context.ts";
import { complaintOfPeer } from "./stage/complaint.ts";
import { runTool } from "./tool.ts";

/** The managed clients on which an action is run. Pure. */
export function clientsFor(action: string, peers: readonly Peer[]): Peer[] {
  return peers.filter((peer) => peer.isRemote && peer.managed && peer.managedActions.includes(action));
}

/**
 * Runs an action on each managed client that has it, some at the same time. A client that fails does not hold up the
 * others. Its login shell reads the command, as Cedar Backup has it.
 */
export async function runOnClients(context: PoolContext, action: string): Promise<void> {
  const { options, peers, stage } = context.config;
  const clients = clientsFor(action, stage?.peers ?? peers);
  await forEachBounded(clients, options.maxConnections, async (peer) => {
    const there = [...peer.cbackCommand, ...(context.full ? ["--full"] : []), action];
    const command = [...peer.rshCommand, `${peer.backupUser}@${peer.name}`, joinCommand(there)];
    context.log.info(`running ${action} on managed client ${peer.name}`);
    const result = await runTool(context, command, { as: options.backupUser, timeoutSeconds: options.peerTimeout });
    if (result.exitCode !== 0) {
      const { text } = complaintOfPeer(peer, result);
      context.problem(`action ${action} failed on managed client ${peer.name}: ${text}`);
    }
  });
}
