import { StoreError } from "../errors/errors.ts";
import { EXIT, type ExitCode } from "../errors/exit-codes.ts";
import { printable } from "../path/byte-path.ts";
import { Budget } from "../store/verify/budget.ts";
import { checkSource, type SourceCheck } from "../store/verify/check-source.ts";
import { nextPart } from "../store/verify/parts.ts";
import { formatCount, plural } from "../units/size.ts";
import { raiseDamageAlarm } from "./damage-alarm.ts";
import { jsonPath } from "./json-path.ts";
import { openLog } from "./log.ts";
import { print, printJson, printNote } from "./output.ts";
import type { SourceCheckJson } from "./schema/verify.ts";
import type { Target } from "./target.ts";
import { snapshotWithManifest, type VerifyCall } from "./verify.ts";
import { verifyJsonHead } from "./verify-report.ts";

/** `bakup verify --source`: do backup and source agree where nobody has changed anything? */
export async function verifySource(target: Target, { request, options, signal }: VerifyCall): Promise<ExitCode> {
  const { snapshot, name, seal } = snapshotWithManifest(target, options);
  const source = target.profile?.source.path ?? snapshot.record?.source;
  if (source === undefined) {
    throw new StoreError(`it is not known what ${name} is a backup of`, { hint: "name a profile" });
  }
  const { index, of } = request.part;
  const part = index === "next" ? nextPart([snapshot.record?.verified], of) : { index, of };
  const budget = new Budget(request.limits, Date.now());
  const check = await checkSource(target.store, { name, seal }, { source, part, budget, signal });
  if (check.different.length > 0) {
    const log = openLog({ ...options, logFormat: "auto" }).child({ profile: target.profile?.name });
    log.event("sourceDiffers", { source, snapshot: name, count: check.different.length });
    await raiseDamageAlarm(target, `files of ${source} differ from ${name} at the same size and time`, log);
  }
  if (options.json) {
    printJson({ ...verifyJsonHead(target), snapshot: name, source, ...toJson(check) } satisfies SourceCheckJson);
  } else {
    printCheck(check, { source, name });
  }
  return check.different.length > 0 ? EXIT.damaged : check.unreadable.length > 0 ? EXIT.failed : EXIT.done;
}

function printCheck(check: SourceCheck, { source, name }: { source: string; name: string }): void {
  for (const path of check.different) {
    print(`  differs    ${printable(path)}: size and time are those of the backup, the contents are not`);
  }
  for (const { path, reason } of check.unreadable) {
    printNote(`bakup: warning: cannot read "${printable(path)}" in ${source}: ${reason}`);
  }
  const rest = check.unfinished ? "; the limit ended it" : "";
  const changed = `${formatCount(check.changedSince)} changed since and not compared`;
  const different = plural(check.different.length, "difference");
  print(`${source} against ${name}: ${plural(check.compared, "file")} compared, ${changed}: ${different}${rest}`);
}

function toJson({ compared, changedSince, different, unreadable, unfinished }: SourceCheck) {
  return {
    compared,
    changedSince,
    unfinished,
    different: different.map(jsonPath),
    unreadable: unreadable.map(({ path, reason }) => ({ ...jsonPath(path), reason })),
  };
}
