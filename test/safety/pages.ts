import { DAMAGE, STRIKES } from "./named.ts";
import { damageList, evidenceTable, machineList, strikesTable } from "./page.ts";
import { PROMISES } from "./promises.ts";
import { STORIES } from "./stories.ts";
import { CLAIMS } from "./threats.ts";

/** The pages, with the parts of them that are made. */
export const PAGES = [
  {
    file: "man/bakup-safety.7",
    parts: {
      promises: evidenceTable(PROMISES),
      stories: evidenceTable(STORIES),
      strikes: strikesTable(STRIKES),
      damage: damageList(DAMAGE),
      machines: machineList(),
    },
  },
  { file: "man/bakup-security.7", parts: { claims: evidenceTable(CLAIMS) } },
] as const;
