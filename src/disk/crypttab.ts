import { readText } from "./read-text.ts";

export const CRYPTTAB = "/etc/crypttab";

/** One line of crypttab(5). */
export interface CrypttabEntry {
  /** The name of the unlocked device below /dev/mapper. */
  name: string;
  /** UUID=…, LABEL=…, PARTUUID=…, PARTLABEL=… or a path. */
  device: string;
  /** Undefined when the passphrase is asked for. */
  keyFile: string | undefined;
  options: readonly string[];
}

/** Every entry; lines may have two, three or four fields. */
export function readCrypttab(file = CRYPTTAB): CrypttabEntry[] {
  return readText(file)
    .split("\n")
    .flatMap((line) => {
      const [name = "#", device, keyFile = "none", options = ""] = line.trim().split(/\s+/);
      if (name === "" || name.startsWith("#") || device === undefined) {
        return [];
      }
      return [
        {
          name,
          device,
          keyFile: ["none", "-"].includes(keyFile) ? undefined : keyFile,
          options: options.split(",").filter((option) => option !== ""),
        },
      ];
    });
}
