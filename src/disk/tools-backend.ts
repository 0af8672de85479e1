import { BakupError } from "../errors/errors.ts";
import { type CommandOptions, CommandStartError, firstComplaint } from "../process/command.ts";
import type { DiskBackend, UnlockRequest } from "./backend.ts";
import { isDeviceThere } from "./block.ts";
import { fileOf } from "./name.ts";
import { runDiskTool } from "./tool.ts";

const LIMIT_SECONDS = 900;

/** Options of crypttab(5) that cryptsetup has as well. */
const CRYPTSETUP_OPTIONS: Readonly<Record<string, string>> = {
  discard: "--allow-discards",
  readonly: "--readonly",
  "read-only": "--readonly",
};

/** Disks with the plain tools of the system: cryptdisks_start or cryptsetup, and mount. They want root. */
export function openToolsBackend(): DiskBackend {
  return {
    name: "tools",
    find: async (tag) => [fileOf(tag)].filter(isDeviceThere),
    unlock,
    lock: async ({ name, entry }) => {
      if (entry === undefined || !(await runIfThere("cryptdisks_stop", [entry.name]))) {
        await run("cryptsetup", ["close", name]);
      }
    },
    mount: async ({ device, mountPoint, inFstab }) => {
      if (mountPoint === undefined) {
        throw new BakupError(`nothing says where to mount ${device}`, {
          hint: "name the mount point: mount in [disk], or --mount",
        });
      }
      await run("mount", inFstab ? [mountPoint] : ["-o", "nosuid,nodev", device, mountPoint]);
    },
    unmount: async ({ mountPoint }) => run("umount", [mountPoint]),
    close: () => undefined,
  };
}

async function unlock({ device, key, entry, name }: UnlockRequest): Promise<void> {
  if (key === "crypttab") {
    if (entry !== undefined && (await runIfThere("cryptdisks_start", [entry.name]))) {
      return;
    }
    await run("cryptsetup", ["open", ...optionsOf(entry), `--key-file=${entry?.keyFile ?? ""}`, device, name]);
    return;
  }
  await run("cryptsetup", ["open", ...optionsOf(entry), "--key-file=-", device, name], { input: [key] });
}

function optionsOf(entry: UnlockRequest["entry"]): string[] {
  return (entry?.options ?? []).flatMap((option) => CRYPTSETUP_OPTIONS[option] ?? []);
}

/** False when the program is not installed. */
async function runIfThere(program: string, args: readonly string[]): Promise<boolean> {
  try {
    await run(program, args);
    return true;
  } catch (error) {
    if (error instanceof CommandStartError && error.errno === "ENOENT") {
      return false;
    }
    throw error;
  }
}

async function run(
  program: string,
  args: readonly string[],
  options: Pick<CommandOptions, "input"> = {},
): Promise<void> {
  const result = await runDiskTool(program, args, { ...options, timeoutSeconds: LIMIT_SECONDS });
  if (result.exitCode !== 0) {
    throw new BakupError(`${program}: ${firstComplaint(result)}`);
  }
}
