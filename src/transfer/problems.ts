import { type BytePath, bytePathFromLatin1 } from "../path/byte-path.ts";
import { unescapeName } from "./items.ts";

/** One file of the source that could not be backed up as it is. */
export interface Problem {
  kind: "vanished" | "unreadable";
  path: BytePath;
  /** What the system said, as in "Permission denied". */
  reason: string;
}

/**
 * A line of rsync's complaints, understood; "summary" says nothing new, "harmless" explains a code of failure that is
 * none, "unknown" nobody expected.
 */
export type Complaint =
  | { kind: "problem"; problem: Problem }
  | { kind: "deletions-held" }
  | { kind: "deletions-stopped" }
  | { kind: "summary" }
  | { kind: "harmless" }
  | { kind: "unknown"; line: string };

const VANISHED = /^(?:file|directory) has vanished: "(.*)"/;
const SENDER_FAILED = /^rsync: \[sender\] .*?"(.*)"[^"]*: ([^:]+) \((\d+)\)$/;
const UNVERIFIED = /^ERROR: (.*) failed verification -- update (?:discarded|retained|put)/;
/** The plan knew a folder here, with something in it that stays. */
const REPLACED = /^could not make way for new [a-z ]+: (.*)/;
/** Of a link that was put in the place of a folder after the plan, the next line names what was looked for behind it. */
const SUMMARY =
  /^(?:rsync (?:error|warning): |refusing to follow a symlink owned by an untrusted user;|WARNING: .* failed verification -- update discarded \(will try again\)\.$|\s*$)/;

/** After a link was put in the place of a folder, rsync still asks it for what only folders have. The link is there. */
const LINK_FOR_FOLDER = /^rsync: \[generator\] get_acl: sys_acl_get_file\(.*, ACL_TYPE_DEFAULT\): .* \(13\)$/;

/** ENOENT, and ENOTDIR where a file is now in the place of a folder above. */
const VANISHED_ERRNOS = new Set([2, 20]);
/** Errors of one file that say nothing about the others: EPERM, EIO, EACCES, ELOOP, EBADMSG, ESTALE, EUCLEAN. */
const UNREADABLE_ERRNOS = new Set([1, 5, 13, 40, 74, 116, 117]);

/** Understands one line that rsync (in the C locale) wrote to its standard error. */
export function parseComplaint(line: string): Complaint {
  if (SUMMARY.test(line)) {
    return { kind: "summary" };
  }
  if (LINK_FOR_FOLDER.test(line)) {
    return { kind: "harmless" };
  }
  if (line.startsWith("IO error encountered -- skipping file deletion")) {
    return { kind: "deletions-held" };
  }
  if (line.startsWith("Deletions stopped due to --max-delete limit")) {
    return { kind: "deletions-stopped" };
  }
  const vanished = VANISHED.exec(line);
  if (vanished !== null) {
    return problem("vanished", vanished[1], "no longer there");
  }
  const unverified = UNVERIFIED.exec(line);
  if (unverified !== null) {
    return problem("unreadable", unverified[1], "changed while it was read");
  }
  const replaced = REPLACED.exec(line);
  if (replaced !== null) {
    return problem("unreadable", replaced[1], "became something else meanwhile");
  }
  const failed = SENDER_FAILED.exec(line);
  const errno = Number(failed?.[3]);
  if (failed !== null && (VANISHED_ERRNOS.has(errno) || UNREADABLE_ERRNOS.has(errno))) {
    return problem(VANISHED_ERRNOS.has(errno) ? "vanished" : "unreadable", failed[1], failed[2]);
  }
  return { kind: "unknown", line };
}

function problem(kind: Problem["kind"], path = "", reason = ""): Complaint {
  return { kind: "problem", problem: { kind, path: bytePathFromLatin1(unescapeName(path)), reason } };
}
