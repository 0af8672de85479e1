import { text, yesNo } from "../../../config/value-types.ts";
import type { PoolSectionRule } from "../rule.ts";
import { anyWholeNumber, path, pattern, relativePath, wholeNumber } from "../value-types.ts";
import { file } from "./file.ts";

export const dir = {
  description: "a folder to collect",
  keys: {
    abs_path: { schema: path, required: true, description: "the folder", example: "/home" },
    collect_mode: file.keys.collect_mode,
    archive_mode: file.keys.archive_mode,
    ignore_file: {
      schema: text,
      absent: "that of [collect]",
      description: "the name of the file that has a folder left out",
      example: ".nobackup",
    },
    link_depth: {
      schema: wholeNumber,
      default: "0",
      description: "links to folders are followed down to this depth; 0: nowhere",
      example: "1",
    },
    dereference: {
      schema: yesNo,
      default: "no",
      description: "take what the links point to under its own path, besides the links; link_depth must be at least 1",
      example: "yes",
    },
    recursion_level: {
      schema: anyWholeNumber,
      default: "0",
      description: "folders down to this depth get archives of their own; negative: all folders",
      example: "1",
    },
    exclude_abs_path: {
      schema: path,
      repeats: true,
      default: [],
      description: "leave this path out, and what is below it",
      example: "/home/guest",
    },
    exclude_rel_path: {
      schema: relativePath,
      repeats: true,
      default: [],
      description: "the same, below this folder",
      example: "jane/Downloads",
    },
    exclude_pattern: {
      schema: pattern,
      repeats: true,
      default: [],
      description: "leave out what has a path that matches this regular expression as a whole",
      example: ".*/\\.cache",
    },
  },
} as const satisfies PoolSectionRule;
