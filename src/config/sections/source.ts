import { DEFAULT_EXCLUDED_ROOTS } from "../../transfer/rsync-args.ts";
import type { SectionRule } from "../rule.ts";
import { absolutePath, text, yesNo } from "../value-types.ts";

export const source = {
  description: "what is backed up",
  keys: {
    path: { schema: absolutePath, default: "/", description: "folder to back up", example: "/home" },
    must_be_mounted: {
      schema: yesNo,
      default: "no",
      description: "refuse to run unless the source is a mount point",
      example: "yes",
    },
    one_file_system: {
      schema: yesNo,
      default: "yes",
      description: "stay on the file system of the source",
      example: "no",
    },
    exclude: {
      schema: text,
      repeats: true,
      default: [],
      description: "rsync pattern of what to leave out, relative to the source",
      example: "*.iso",
    },
    excluded_root: {
      schema: absolutePath,
      repeats: true,
      default: [...DEFAULT_EXCLUDED_ROOTS],
      description: "absolute path or pattern to leave out; giving any replaces the default list",
      example: "/proc/",
    },
  },
} as const satisfies SectionRule;
