import type { SectionValues } from "./rule.ts";
import type { ExtensionType } from "./sections/action.ts";
import type { PoolSections } from "./sections.ts";
import type { ArchiveMode, CollectMode, CompressMode } from "./value-types.ts";

type Values<Family extends keyof PoolSections> = SectionValues<PoolSections[Family]>;

export type Options = Values<"options">;

/** A machine of the pool, with what [options] adds to its section. */
export interface Peer {
  name: string;
  isRemote: boolean;
  collectDir: string;
  ignoreFailures: "none" | "all" | "daily" | "weekly";
  managed: boolean;
  backupUser: string;
  rcpCommand: readonly string[];
  rshCommand: readonly string[];
  cbackCommand: readonly string[];
  managedActions: readonly string[];
}

/** What makes one archive, or several when a folder is taken apart. */
export interface CollectItem {
  kind: "file" | "dir";
  absPath: string;
  collectMode: CollectMode;
  archiveMode: ArchiveMode;
  ignoreFile: string;
  linkDepth: number;
  dereference: boolean;
  recursionLevel: number;
  /** Paths as text, with those of [collect]. */
  excludePaths: readonly string[];
  excludePatterns: readonly RegExp[];
}

export interface Collect {
  collectDir: string;
  items: readonly CollectItem[];
}

export interface Extension {
  name: string;
  type: ExtensionType;
  command: readonly string[];
  timeoutSeconds: number;
  index: number | undefined;
  runBefore: readonly string[];
  runAfter: readonly string[];
}

export interface Repository {
  absPath: string;
  /** It is a folder of repositories. */
  isParent: boolean;
  collectMode: CollectMode;
  compressMode: CompressMode;
  excludePaths: readonly string[];
  excludePatterns: readonly RegExp[];
}

export interface Purge {
  keepsUnstored: boolean;
  dirs: readonly Values<"purge-">[];
}

/** A whole pool.conf(5). */
export interface PoolConfig {
  file: string;
  options: Options;
  peers: readonly Peer[];
  collect: Collect | undefined;
  /** The peers to stage: those of [stage-peer-…] in place of all others, where there are any. */
  stage: { stagingDir: string; peers: readonly Peer[] } | undefined;
  store: (Omit<Values<"store">, "sourceDir"> & { sourceDir: string }) | undefined;
  s3: (Values<"s3"> & { sourceDir: string }) | undefined;
  purge: Purge | undefined;
  extensions: readonly Extension[];
  mysql: Values<"mysql"> | undefined;
  postgresql: Values<"postgresql"> | undefined;
  repositories: readonly Repository[];
  encrypt: Values<"encrypt"> | undefined;
}
