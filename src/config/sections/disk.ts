import { BACKENDS } from "../../disk/backend.ts";
import type { SectionRule } from "../rule.ts";
import { absolutePathBelowRoot, choice, cryptoDevice, deviceName, keySource } from "../value-types.ts";

export const disk = {
  description: "the disk that holds the destination",
  keys: {
    crypto: {
      schema: cryptoDevice,
      absent: "the disk is not encrypted",
      description: "encrypted device to unlock: a name in /etc/crypttab, or UUID=…, LABEL=…, PARTUUID=…, /dev/…",
      example: "backup-disk",
    },
    device: {
      schema: deviceName,
      absent: "what /etc/fstab has for the mount point",
      description: "disk to mount that is not encrypted: UUID=…, LABEL=…, PARTUUID=…, /dev/…",
      example: "LABEL=backup",
    },
    mount: {
      schema: absolutePathBelowRoot,
      absent: "where udisks2 mounts the disk",
      description: "mount point; the destination must lie below it",
      example: "/mnt/backup",
    },
    key: {
      schema: keySource,
      absent: "as /etc/crypttab says",
      description: "where the key comes from: credential:NAME, file:/PATH or ask",
      example: "credential:backup-disk",
    },
    backend: {
      schema: choice(BACKENDS),
      default: "auto",
      description: "what unlocks and mounts: udisks2, tools (cryptsetup and mount), or auto: udisks2 where it is there",
      example: "tools",
    },
  },
} as const satisfies SectionRule;
