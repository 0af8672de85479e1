import { describeError } from "../errors/describe.ts";
import { EXIT, type ExitCode } from "../errors/exit-codes.ts";
import { printable } from "../path/byte-path.ts";
import { recordOf } from "../store/adopted-record.ts";
import { findSnapshot } from "../store/list.ts";
import { writeRecord } from "../store/records.ts";
import { type RestoreTestResult, testRestore } from "../store/verify/restore-test.ts";
import { formatBytes, plural } from "../units/size.ts";
import { raiseDamageAlarm } from "./damage-alarm.ts";
import { jsonPath } from "./json-path.ts";
import { openLog } from "./log.ts";
import { print, printJson, printNote } from "./output.ts";
import { withLockedStoreLater } from "./patient-lock.ts";
import type { RestoreTestJson } from "./schema/verify.ts";
import type { Target } from "./target.ts";
import { snapshotWithManifest, type VerifyCall } from "./verify.ts";
import { damageJson, printDamage, verifyJsonHead } from "./verify-report.ts";

/** `bakup verify --restore-test`: does what is restored come back as it was? */
export async function testRestores(target: Target, { request, options, signal }: VerifyCall): Promise<ExitCode> {
  const { store } = target;
  const { name, seal } = snapshotWithManifest(target, options);
  // Not /tmp: it is often in memory, and small.
  const folder = process.env.TMPDIR || "/var/tmp";
  const result = await testRestore(store, { name, seal }, { count: request.count, folder, signal });
  const isGood = result.damage.length + result.problems.length === 0;
  if (isGood) {
    await noteSuccess(target, { name, files: result.files, signal });
  } else {
    const log = openLog({ ...options, logFormat: "auto" }).child({ profile: target.profile?.name });
    log.event("restoreTestFailed", { snapshot: name, count: result.damage.length + result.problems.length });
    await raiseDamageAlarm(target, `a restore test of ${name} did not bring everything back as it was`, log);
  }
  if (options.json) {
    printJson({ ...verifyJsonHead(target), snapshot: name, folder, ...toJson(result) } satisfies RestoreTestJson);
  } else {
    printResult(name, result, { all: options.verbose > 0 });
  }
  return isGood ? EXIT.done : EXIT.damaged;
}

async function noteSuccess(
  { store }: Target,
  { name, files, signal }: { name: string; files: number; signal: AbortSignal },
): Promise<void> {
  const restoreTest = { when: new Date().toISOString(), files };
  const work = () => writeRecord(store, { ...recordOf(findSnapshot(store, name)), restoreTest });
  try {
    await withLockedStoreLater(store, `restore test in ${store.path}`, { work, signal });
  } catch (error) {
    signal.throwIfAborted();
    printNote(`bakup: warning: the success could not be noted in the store: ${describeError(error)}`);
  }
}

function printResult(
  name: string,
  { files, bytes, damage, problems }: RestoreTestResult,
  { all }: { all: boolean },
): void {
  printDamage(damage, { all });
  for (const { path, reason } of problems) {
    printNote(`bakup: warning: cannot restore "${printable(path)}": ${reason}`);
  }
  const wrong = damage.length + problems.length;
  const verdict = wrong === 0 ? "all as they were" : `${plural(wrong, "thing")} wrong`;
  print(`restore test of ${name}: ${plural(files, "file")}, ${formatBytes(bytes)}: ${verdict}`);
}

function toJson({ files, bytes, damage, problems }: RestoreTestResult) {
  return {
    files,
    bytes,
    damage: damage.map(damageJson),
    problems: problems.map(({ path, reason }) => ({ ...jsonPath(path), reason })),
  };
}
