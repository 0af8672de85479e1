import type { SectionRule } from "../rule.ts";
import { absolutePathBelowRoot, cryptoDevice, keySource } from "../value-types.ts";

export const disk = {
  description: "the disk that holds the destination",
  keys: {
    crypto: {
      schema: cryptoDevice,
      absent: "the disk is not encrypted",
      description: "encrypted device to unlock: a name in /etc/crypttab, or UUID=…, LABEL=…",
      example: "backup-disk",
    },
    mount: {
      schema: absolutePathBelowRoot,
      absent: "nothing is mounted",
      description: "mount point; the destination must lie below it",
      example: "/mnt/backup",
    },
    key: {
      schema: keySource,
      absent: "as /etc/crypttab says",
      description: "where the key comes from: credential:NAME, file:/PATH or ask",
      example: "credential:backup-disk",
    },
  },
} as const satisfies SectionRule;
