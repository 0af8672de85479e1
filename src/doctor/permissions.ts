import type { Finding } from "./finding.ts";

/** A file that bakup reads or runs, or a folder of such files. */
export interface FileFacts {
  path: string;
  /** Whoever may read a secret has the key to the backup. */
  role: "configuration" | "program" | "secret" | "folder";
  /** Undefined when there is no such file. */
  status: { mode: number; uid: number } | undefined;
}

const OTHERS_WRITE = 0o022;
/** In such a folder everybody may make files, and remove only their own. */
const STICKY = 0o1000;
const OTHERS_READ = 0o044;

/** @param uid of the user who runs bakup. */
export function judgePermissions(files: readonly FileFacts[], uid: number): Finding[] {
  const problems = files.flatMap((file) => judgeFile(file, uid));
  return problems.length > 0
    ? problems
    : [{ check: "permissions", level: "fine", text: "nobody else may change the configuration, or read its secrets" }];
}

function judgeFile({ path, role, status }: FileFacts, uid: number): Finding[] {
  const problem = (text: string, hint: string): Finding[] => [{ check: "permissions", level: "problem", text, hint }];
  if (status === undefined) {
    return problem(`${path} is not there`, "put it in its place, or correct the profile that names it");
  }
  if (status.uid !== uid && status.uid !== 0) {
    return problem(`${path} belongs to user ${status.uid}, who can change it`, `chown ${uid} ${path}`);
  }
  const mayOthersWrite = (status.mode & OTHERS_WRITE) !== 0;
  if (mayOthersWrite && role === "folder") {
    const what = (status.mode & STICKY) === 0 ? "replace" : "add";
    return problem(`others may ${what} files in ${path}, and so decide what bakup does`, `chmod go-w ${path}`);
  }
  if (mayOthersWrite) {
    return problem(`others may write ${path}, and so decide what bakup does`, `chmod go-w ${path}`);
  }
  return role === "secret" && (status.mode & OTHERS_READ) !== 0
    ? problem(`others may read the secret in ${path}`, `chmod 600 ${path}`)
    : [];
}
