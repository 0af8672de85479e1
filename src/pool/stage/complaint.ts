import type { CommandResult } from "../../process/command.ts";
import { explainSsh } from "../../ssh/complaints.ts";
import type { Peer } from "../config/model.ts";
import { MARKS } from "../marks.ts";
import { complaintOf } from "../tool.ts";

/** What a command for a peer complains about, in one line, and whether the peer may be another machine than it was. */
export function complaintOfPeer(peer: Peer, result: CommandResult): { text: string; isSuspicious: boolean } {
  const said = result.stderr.toString().split("\n");
  const missing = said.find((line) => line.includes(MARKS.collect) && /No such file/i.test(line));
  if (missing !== undefined) {
    return { text: `there is no ${MARKS.collect} in its ${peer.collectDir}`, isSuspicious: false };
  }
  const isSsh = said.some((line) =>
    /host key|Permission denied \(|ssh: connect|Connection (?:closed|refused)/i.test(line),
  );
  if (result.timedOut || !isSsh) {
    return { text: complaintOf(result), isSuspicious: false };
  }
  const host = { username: peer.backupUser, hostname: peer.name };
  const text = explainSsh(host, said).message;
  return { text, isSuspicious: said.some((line) => /Host key verification failed|HAS CHANGED/.test(line)) };
}
