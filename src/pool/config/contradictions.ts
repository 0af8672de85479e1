import type { Complaint } from "../../config/complaint.ts";
import { archiveName } from "../collect/archive-name.ts";
import { findOrderProblem } from "../order.ts";
import { buildExtension, buildPool } from "./build.ts";
import type { ReadSection, Sections } from "./read-sections.ts";
import type { PoolSections } from "./sections.ts";

/** What is wrong between sections that are right by themselves. */
type Rule = (file: string, sections: Sections) => Complaint[];

export const findPoolContradictions: Rule = (file, sections) => RULES.flatMap((rule) => rule(file, sections));

const hasSomethingToDo: Rule = (file, { has }) => {
  const some = (["collect", "stage", "store", "s3", "purge-"] as const).some(has);
  return some
    ? []
    : [{ file, line: 0, message: "there is nothing to do; write [collect], [stage], [store] or [purge-…]" }];
};

const itemsNeedCollect: Rule = (_file, sections) =>
  sections.has("collect")
    ? []
    : [...sections.all("file-"), ...sections.all("dir-")].map((section) =>
        section.complain("abs_path", `[${section.title}] needs a section [collect] with a collect_dir`),
      );

const collectNeedsItems: Rule = (_file, sections) => {
  const collect = sections.one("collect");
  return collect === undefined || sections.has("file-") || sections.has("dir-")
    ? []
    : [collect.complain("", "there is nothing to collect; write a [dir-NAME] or [file-NAME]")];
};

/** Two paths whose archives would have the same name, of which one would be lost. */
const archivesHaveOwnNames: Rule = (_file, sections) => {
  const collect = sections.one("collect")?.values;
  const first = new Map<string, string>();
  const items: (ReadSection<"file-"> | ReadSection<"dir-">)[] = [...sections.all("file-"), ...sections.all("dir-")];
  return items.flatMap((section) => {
    const { absPath, archiveMode } = section.values;
    const name = archiveName(absPath, archiveMode ?? collect?.archiveMode ?? "targz");
    const earlier = first.get(name);
    first.set(name, earlier ?? absPath);
    return earlier === undefined
      ? []
      : [section.complain("abs_path", `the archives of ${earlier} and ${absPath} would both be ${name}`)];
  });
};

const dereferenceNeedsDepth: Rule = (_file, sections) =>
  sections
    .all("dir-")
    .filter(({ values }) => values.dereference && values.linkDepth === 0)
    .map((section) => section.complain("dereference", "dereference = yes needs a link_depth of at least 1"));

const peersHaveOwnNames: Rule = (_file, sections) =>
  (["peer-", "stage-peer-"] as const).flatMap((family) =>
    findRepeated(sections.all(family), (section) => section.values.name ?? section.own, "name", "peer"),
  );

const stageNeedsPeers: Rule = (_file, sections) => {
  const stage = sections.one("stage");
  return stage === undefined || sections.has("peer-") || sections.has("stage-peer-")
    ? []
    : [stage.complain("", "there are no peers to stage; write a [peer-NAME]")];
};

const managedPeersAreRemoteAndHaveActions: Rule = (_file, sections) =>
  [...sections.all("peer-"), ...sections.all("stage-peer-")].flatMap((section) => {
    const { managed, type, managedActions } = section.values;
    if (!managed) {
      return [];
    }
    if (type === "local") {
      return [section.complain("managed", "only a remote peer can be managed")];
    }
    return (managedActions ?? sections.one("options")?.values.managedActions) === undefined
      ? [section.complain("managed", "it has no managed_actions; write them here or in [options]")]
      : [];
  });

const storesHaveSource: Rule = (_file, sections) => {
  const hasStage = sections.has("stage");
  const store = sections.one("store");
  const s3 = sections.one("s3");
  const lacks = "where the staged days are is not known; write";
  return [
    ...(store === undefined || hasStage || store.values.sourceDir !== undefined
      ? []
      : [store.complain("", `${lacks} source_dir, or a section [stage]`)]),
    ...(s3 === undefined || hasStage || store?.values.sourceDir !== undefined
      ? []
      : [s3.complain("", `${lacks} a section [stage]`)]),
  ];
};

const blankingIsWhole: Rule = (_file, sections) => {
  const store = sections.one("store");
  return store === undefined || (store.values.blankMode === undefined) === (store.values.blankFactor === undefined)
    ? []
    : [store.complain("blank_mode", "blank_mode and blank_factor belong together; write both or none")];
};

const extensionsAreWhole: Rule = (_file, sections) => {
  const byIndex = (sections.one("options")?.values.orderMode ?? "index") === "index";
  return sections.all("action-").flatMap((section) => {
    const { name, type, command, index } = buildExtension(section);
    const needs: Partial<Record<typeof type, keyof PoolSections>> = {
      mysql: "mysql",
      postgresql: "postgresql",
      subversion: "subversion",
      encrypt: "encrypt",
      amazons3: "s3",
    };
    const needed = needs[type];
    return [
      ...(/^[a-z0-9]+$/.test(name)
        ? []
        : [section.complain("name", `"${name}" cannot be an action; use small letters and digits`)]),
      ...(BUILT_IN.has(name) ? [section.complain("name", `"${name}" is an action already`)] : []),
      ...(type === "command" && command.length === 0
        ? [section.complain("command", `[${section.title}] lacks command`)]
        : []),
      ...(type !== "command" && command.length > 0
        ? [section.complain("command", `type = ${type} runs no command; remove one of the two`)]
        : []),
      ...(byIndex && index === undefined ? [section.complain("index", `[${section.title}] lacks index`)] : []),
      ...(needed !== undefined && !sections.has(needed)
        ? [section.complain("type", `the extension ${type} needs a section [${needed}]`)]
        : []),
    ];
  });
};

const BUILT_IN = new Set(["collect", "stage", "store", "purge", "all", "rebuild", "validate"]);

const extensionsHaveOwnNames: Rule = (_file, sections) =>
  findRepeated(sections.all("action-"), (section) => section.values.name ?? section.own, "name", "action");

const dumpsNameDatabases: Rule = (_file, sections) =>
  (["mysql", "postgresql"] as const).flatMap((family) => {
    const section = sections.one(family);
    if (section === undefined) {
      return [];
    }
    const { all, database } = section.values;
    const dashed = database.filter((name) => name.startsWith("-") || name.includes("/"));
    return [
      ...(all !== database.length > 0 ? [] : [section.complain("all", "write all = yes, or the databases; not both")]),
      ...dashed.map((name) => section.complain("database", `"${name}" cannot be the name of a database`)),
    ];
  });

const dumpsNeedCollect: Rule = (_file, sections) =>
  sections.has("collect")
    ? []
    : (["mysql", "postgresql", "subversion"] as const).flatMap((family) => {
        const section = sections.one(family);
        return section === undefined
          ? []
          : [section.complain("", `[${family}] needs a section [collect] with a collect_dir for its dumps`)];
      });

const orderIsPossible: Rule = (file, sections) => {
  const config = buildPool(file, sections);
  const problem = config.options.orderMode === "dependency" ? findOrderProblem(config.extensions) : undefined;
  return problem === undefined ? [] : [{ file, line: 0, message: problem }];
};

const RULES: readonly Rule[] = [
  hasSomethingToDo,
  itemsNeedCollect,
  collectNeedsItems,
  archivesHaveOwnNames,
  dereferenceNeedsDepth,
  peersHaveOwnNames,
  stageNeedsPeers,
  managedPeersAreRemoteAndHaveActions,
  storesHaveSource,
  blankingIsWhole,
  extensionsAreWhole,
  extensionsHaveOwnNames,
  dumpsNameDatabases,
  dumpsNeedCollect,
  orderIsPossible,
];

function findRepeated<Section extends { complain: ReadSection<"peer-">["complain"] }>(
  sections: readonly Section[],
  nameOf: (section: Section) => string,
  key: string,
  noun: string,
): Complaint[] {
  const seen = new Set<string>();
  return sections.flatMap((section) => {
    const name = nameOf(section);
    const repeated = seen.has(name);
    seen.add(name);
    return repeated ? [section.complain(key, `there is a ${noun} named ${name} already`)] : [];
  });
}
