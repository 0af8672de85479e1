import type { SectionTable } from "../../config/check.ts";
import type { PoolSectionRule } from "./rule.ts";
import { action } from "./sections/action.ts";
import { collect } from "./sections/collect.ts";
import { mysql, postgresql } from "./sections/databases.ts";
import { dir } from "./sections/dir.ts";
import { encrypt } from "./sections/encrypt.ts";
import { file } from "./sections/file.ts";
import { options } from "./sections/options.ts";
import { peer } from "./sections/peer.ts";
import { purge, purgeDir } from "./sections/purge.ts";
import { reference } from "./sections/reference.ts";
import { s3 } from "./sections/s3.ts";
import { stage } from "./sections/stage.ts";
import { store } from "./sections/store.ts";
import { repositories, repository, subversion } from "./sections/subversion.ts";

/** The sections of pool.conf(5), in its order. Those with a dash at the end may be there many times: `[peer-NAME]`. */
export const POOL_SECTIONS = {
  reference,
  options,
  "peer-": peer,
  collect,
  "file-": file,
  "dir-": dir,
  stage,
  "stage-peer-": peer,
  store,
  s3,
  purge,
  "purge-": purgeDir,
  "action-": action,
  mysql,
  postgresql,
  subversion,
  "repository-": repository,
  "repositories-": repositories,
  encrypt,
} as const satisfies Readonly<Record<string, PoolSectionRule>>;

export type PoolSections = typeof POOL_SECTIONS;

/** Splits "peer-web" into "peer-" and "web"; a section that is there once has no name of its own. */
export function familyOf(section: string): { family: keyof PoolSections; own: string } | undefined {
  const known = Object.keys(POOL_SECTIONS) as (keyof PoolSections)[];
  const family = known
    .filter((name) => (name.endsWith("-") ? section.startsWith(name) && section !== name : section === name))
    .sort((a, b) => b.length - a.length)[0];
  return family === undefined ? undefined : { family, own: section.slice(family.length) };
}

/** For the check of a file, key by key. */
export const POOL_TABLE: SectionTable = {
  names: Object.keys(POOL_SECTIONS).map((name) => (name.endsWith("-") ? `${name}NAME` : name)),
  find: (name) => {
    const family = familyOf(name)?.family;
    return family === undefined ? undefined : POOL_SECTIONS[family];
  },
};
