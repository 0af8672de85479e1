import { access, constants, open, stat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { errnoOf } from "../errors/describe.ts";

/** The kernel reads no more than this of a #! line. */
const FIRST_LINE_BYTES = 256;

export interface Obstacle {
  message: string;
  hint: string;
}

/** What keeps a script (a "callback") from being started, with what to do about it; undefined when nothing does. */
export async function findObstacle(path: string, what: string): Promise<Obstacle | undefined> {
  try {
    if (!(await stat(path)).isFile()) {
      return { message: `${what} ${path} is not a file`, hint: "give the path of the script itself" };
    }
    await access(path, constants.X_OK);
  } catch (error) {
    return withoutAccess(path, what, errnoOf(error) ?? String(error));
  }
  const interpreter = await readInterpreter(path, what);
  return typeof interpreter === "string" ? brokenInterpreter(path, what, interpreter) : interpreter;
}

function withoutAccess(path: string, what: string, errno: string): Obstacle {
  if (errno === "ENOENT" || errno === "ENOTDIR") {
    return {
      message: `${what} ${path} does not exist`,
      hint: `create the script, or take the ${what} out of the profile`,
    };
  }
  if (errno === "EACCES") {
    return {
      message: `${what} ${path} may not be run`,
      hint: `set its run bit: chmod +x '${path}' (and see that its file system is not mounted noexec)`,
    };
  }
  return { message: `${what} ${path} cannot be used: ${errno}`, hint: "check the path and the disk that it lies on" };
}

/** The program that a #! line names; undefined for a compiled program or a script that may be run but not read. */
async function readInterpreter(path: string, what: string): Promise<string | Obstacle | undefined> {
  const file = await open(path, "r").catch(() => undefined);
  if (file === undefined) {
    return undefined;
  }
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(FIRST_LINE_BYTES), 0, FIRST_LINE_BYTES, 0);
    const start = buffer.toString("latin1", 0, bytesRead);
    if (start.startsWith("#!")) {
      const firstLine = start.slice(2).split("\n", 1)[0] ?? "";
      return firstLine.replace(/^[ \t]+/, "").split(/[ \t]/, 1)[0] ?? "";
    }
    return start.includes("\0")
      ? undefined
      : {
          message: `${what} ${path} has no #! line`,
          hint: 'make its first line "#!/bin/sh", or the program it is for',
        };
  } finally {
    await file.close();
  }
}

async function brokenInterpreter(path: string, what: string, interpreter: string): Promise<Obstacle | undefined> {
  const name = interpreter.replace(/\r$/, "");
  const message = `${what} ${path} has a broken #! line: cannot run "${name}"`;
  if (name !== interpreter) {
    return { message, hint: `the script has Windows line ends; remove them: sed -i 's/\\r$//' '${path}'` };
  }
  const runnable =
    name !== "" &&
    (await access(Buffer.from(name, "latin1"), constants.X_OK).then(
      () => true,
      () => false,
    ));
  if (runnable) {
    return undefined;
  }
  return {
    message,
    hint: isAbsolute(name) ? `install ${name}, or correct the first line` : 'give the full path, such as "#!/bin/sh"',
  };
}
