import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Profile } from "../../config/profile.ts";
import { openUdisks } from "../../disk/udisks.ts";
import { describeError } from "../../errors/describe.ts";
import type { UdisksFacts } from "../udisks.ts";

/** Where libraries lie; in Debian one folder deeper, by architecture. */
const LIBRARIES = ["/usr/lib", "/usr/lib64"];
const CRYPTO = /^libbd_crypto\.so\.\d+$/;

/** udisks2 is asked, and so started, only where a profile needs it. */
export async function gatherUdisks(profiles: readonly Pick<Profile, "disk">[]): Promise<UdisksFacts> {
  const disks = profiles.map(({ disk }) => disk).filter(({ crypto, device, mount }) => crypto ?? device ?? mount);
  const need = disks.some(({ crypto }) => crypto !== undefined) ? "unlock" : disks.length > 0 ? "mount" : "nothing";
  const usesTools = disks.length > 0 && disks.every(({ backend }) => backend === "tools");
  const isWanted = need !== "nothing" && !usesTools;
  return { need, usesTools, trouble: isWanted ? await findTrouble() : undefined, hasCrypto: hasCrypto() };
}

async function findTrouble(): Promise<string | undefined> {
  try {
    (await openUdisks()).close();
    return undefined;
  } catch (error) {
    return describeError(error);
  }
}

function hasCrypto(): boolean {
  return LIBRARIES.some((folder) => {
    const inner = namesIn(folder).filter((name) => name.endsWith("-linux-gnu"));
    return [folder, ...inner.map((name) => join(folder, name))].some((place) =>
      namesIn(place).some((name) => CRYPTO.test(name)),
    );
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
