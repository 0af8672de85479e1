import { run } from "./file-system.ts";

/** xfs shows root each ACL a second time, as an attribute; without the second rule rsync would show its own ones too. */
const WITHOUT_DOUBLES = ["--filter=-x trusted.SGI_ACL_*", "--filter=-x system.*"];

/** What rsync would still do to make the copy equal to the source: nothing, when all is well. */
export function rsyncDifferences(source: string, copy: string): string {
  const what = ["-naHAX", "--delete", "--itemize-changes", "--numeric-ids", ...WITHOUT_DOUBLES];
  return run("rsync", [...what, `${source}/`, `${copy}/`]);
}
