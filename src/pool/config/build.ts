import type { Collect, CollectItem, Extension, Peer, PoolConfig, Repository } from "./model.ts";
import type { ReadSection, Sections } from "./read-sections.ts";
import { EXTENSION_TYPES } from "./sections/action.ts";

/** The configuration as the program uses it: what sections have in common is in each of them. Pure. */
export function buildPool(file: string, sections: Sections): PoolConfig {
  const peers = sections.all("peer-").map((section) => buildPeer(sections, section));
  const stagePeers = sections.all("stage-peer-").map((section) => buildPeer(sections, section));
  const stagingDir = sections.one("stage")?.values.stagingDir;
  const store = sections.one("store")?.values;
  const s3 = sections.one("s3")?.values;
  const sourceDir = store?.sourceDir ?? stagingDir ?? "";
  const dirs = sections.all("purge-").map(({ values }) => values);
  return {
    file,
    options: sections.one("options")?.values ?? sections.defaults("options"),
    peers,
    collect: buildCollect(sections),
    stage: stagingDir === undefined ? undefined : { stagingDir, peers: stagePeers.length > 0 ? stagePeers : peers },
    store: store === undefined ? undefined : { ...store, sourceDir },
    s3: s3 === undefined ? undefined : { ...s3, sourceDir },
    purge:
      dirs.length === 0
        ? undefined
        : { keepsUnstored: (sections.one("purge")?.values.unstored ?? "keep") === "keep", dirs },
    extensions: sections.all("action-").map(buildExtension),
    mysql: sections.one("mysql")?.values,
    postgresql: sections.one("postgresql")?.values,
    repositories: buildRepositories(sections),
    encrypt: sections.one("encrypt")?.values,
  };
}

function buildPeer(sections: Sections, { own, values }: ReadSection<"peer-">): Peer {
  const options = sections.one("options")?.values ?? sections.defaults("options");
  return {
    name: values.name ?? own,
    isRemote: values.type === "remote",
    collectDir: values.collectDir,
    ignoreFailures: values.ignoreFailures,
    managed: values.managed,
    backupUser: values.backupUser ?? options.backupUser,
    rcpCommand: values.rcpCommand ?? options.rcpCommand,
    rshCommand: values.rshCommand ?? options.rshCommand,
    cbackCommand: values.cbackCommand ?? options.cbackCommand,
    managedActions: values.managedActions ?? options.managedActions ?? [],
  };
}

function buildCollect(sections: Sections): Collect | undefined {
  const shared = sections.one("collect")?.values;
  if (shared === undefined) {
    return undefined;
  }
  const files = sections.all("file-").map(
    ({ values }): CollectItem => ({
      kind: "file",
      absPath: values.absPath,
      collectMode: values.collectMode ?? shared.collectMode,
      archiveMode: values.archiveMode ?? shared.archiveMode,
      ignoreFile: "",
      linkDepth: 0,
      dereference: false,
      recursionLevel: 0,
      excludePaths: [],
      excludePatterns: [],
    }),
  );
  const dirs = sections.all("dir-").map(
    ({ values }): CollectItem => ({
      kind: "dir",
      absPath: values.absPath,
      collectMode: values.collectMode ?? shared.collectMode,
      archiveMode: values.archiveMode ?? shared.archiveMode,
      ignoreFile: values.ignoreFile ?? shared.ignoreFile,
      linkDepth: values.linkDepth,
      dereference: values.dereference,
      recursionLevel: values.recursionLevel,
      excludePaths: [
        ...shared.excludeAbsPath,
        ...values.excludeAbsPath,
        ...values.excludeRelPath.map((path) => `${values.absPath === "/" ? "" : values.absPath}/${path}`),
      ],
      excludePatterns: [...shared.excludePattern, ...values.excludePattern],
    }),
  );
  return { collectDir: shared.collectDir, items: [...files, ...dirs] };
}

export function buildExtension({ own, values }: ReadSection<"action-">): Extension {
  const name = values.name ?? own;
  return {
    name,
    type: values.type ?? EXTENSION_TYPES.find((type) => type === name) ?? "command",
    command: values.command ?? [],
    timeoutSeconds: values.timeout,
    index: values.index,
    runBefore: values.runBefore ?? [],
    runAfter: values.runAfter ?? [],
  };
}

function buildRepositories(sections: Sections): Repository[] {
  const shared = sections.one("subversion")?.values ?? sections.defaults("subversion");
  const single = sections.all("repository-").map(({ values }) => ({ values, excludePaths: [], excludePatterns: [] }));
  const many = sections.all("repositories-").map(({ values }) => ({
    values,
    excludePaths: values.excludeRelPath.map((path) => `${values.absPath}/${path}`),
    excludePatterns: values.excludePattern,
  }));
  const build =
    (isParent: boolean) =>
    ({ values, ...excludes }: (typeof single | typeof many)[number]): Repository => ({
      absPath: values.absPath,
      isParent,
      collectMode: values.collectMode ?? shared.collectMode,
      compressMode: values.compressMode ?? shared.compressMode,
      ...excludes,
    });
  return [...single.map(build(false)), ...many.map(build(true))];
}
