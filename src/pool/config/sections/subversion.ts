import type { PoolSectionRule } from "../rule.ts";
import { collectMode, compressMode, path, pattern, relativePath } from "../value-types.ts";

export const subversion = {
  description: "the extension subversion: dumps of repositories",
  keys: {
    collect_mode: {
      schema: collectMode,
      default: "daily",
      description: "daily, weekly or incr; incr dumps the revisions that are new",
      example: "incr",
    },
    compress_mode: {
      schema: compressMode,
      default: "gzip",
      description: "none, gzip, bzip2 or zstd",
      example: "zstd",
    },
  },
} as const satisfies PoolSectionRule;

const own = {
  collect_mode: {
    schema: collectMode,
    absent: "that of [subversion]",
    description: "daily, weekly or incr",
    example: "weekly",
  },
  compress_mode: {
    schema: compressMode,
    absent: "that of [subversion]",
    description: "none, gzip, bzip2 or zstd",
    example: "none",
  },
} as const;

export const repository = {
  description: "a Subversion repository",
  keys: {
    abs_path: { schema: path, required: true, description: "the repository", example: "/srv/svn/project" },
    ...own,
  },
} as const satisfies PoolSectionRule;

export const repositories = {
  description: "a folder of Subversion repositories",
  keys: {
    abs_path: { schema: path, required: true, description: "each folder in it is a repository", example: "/srv/svn" },
    ...own,
    exclude_rel_path: {
      schema: relativePath,
      repeats: true,
      default: [],
      description: "leave this repository out",
      example: "scratch",
    },
    exclude_pattern: {
      schema: pattern,
      repeats: true,
      default: [],
      description: "leave out what has a path that matches this regular expression as a whole",
      example: ".*/old-.*",
    },
  },
} as const satisfies PoolSectionRule;
