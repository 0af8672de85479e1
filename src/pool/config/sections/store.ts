import { choice, mustBe, reading, yesNo } from "../../../config/value-types.ts";
import type { PoolSectionRule } from "../rule.ts";
import { factor, path, positiveNumber, sizeBytes, wholeNumber } from "../value-types.ts";

export const MEDIA_TYPES = ["cdr-74", "cdrw-74", "cdr-80", "cdrw-80", "dvd+r", "dvd+rw", "bd-r", "bd-re"] as const;

export type MediaType = (typeof MEDIA_TYPES)[number];

const targetDevice = reading((value) =>
  /^(?:stdio:)?\/[^\n]+$/.test(value)
    ? { value }
    : mustBe("a drive such as /dev/sr0, or stdio:/PATH for an image", value),
);

export const store = {
  description: "the store action: how staged days get onto discs",
  keys: {
    source_dir: {
      schema: path,
      absent: "the staging_dir of [stage]",
      description: "where the staged days are",
      example: "/var/lib/bakup-pool/stage",
    },
    media_type: {
      schema: choice(MEDIA_TYPES),
      default: "dvd+rw",
      description: "the kind of disc, which says how much it holds and whether it can be written anew",
      example: "bd-re",
    },
    target_device: {
      schema: targetDevice,
      required: true,
      description: "the drive, or stdio:/PATH for an image in a file",
      example: "/dev/sr0",
    },
    drive_speed: {
      schema: positiveNumber,
      absent: "as fast as drive and disc allow",
      description: "how fast to write, as a multiple of the disc's simple speed",
      example: "4",
    },
    capacity: {
      schema: sizeBytes,
      absent: "that of the media_type",
      description: "how much the disc holds, where that is not what its type says",
      example: "8.5 GB",
    },
    check_data: {
      schema: yesNo,
      default: "yes",
      description: "read the disc after writing: compare it with the staged day, and all of it with its checksums",
      example: "no",
    },
    check_media: {
      schema: yesNo,
      default: "no",
      description: "refuse a disc with another label than those of bakup and Cedar Backup",
      example: "yes",
    },
    warn_midnite: {
      schema: yesNo,
      default: "no",
      description: "warn when the day that is stored is not today's",
      example: "yes",
    },
    no_eject: {
      schema: yesNo,
      default: "no",
      description: "never open the tray of the drive",
      example: "yes",
    },
    refresh_media_delay: {
      schema: wholeNumber,
      default: "0",
      description: "how many seconds to wait after writing, before the tray is opened",
      example: "15",
    },
    eject_delay: {
      schema: wholeNumber,
      default: "0",
      description: "how many seconds to wait while the tray is open, before it is closed for the check",
      example: "5",
    },
    blank_mode: {
      schema: choice(["daily", "weekly"]),
      absent: "a new disc is begun every week",
      description: "when blank_factor is asked whether to begin a new disc: every day, or in the week's first run",
      example: "daily",
    },
    blank_factor: {
      schema: factor,
      absent: "a new disc is begun every week",
      description: "begin a new disc when the room left, divided by the room needed, is no more than this",
      example: "1.3",
    },
  },
} as const satisfies PoolSectionRule;
