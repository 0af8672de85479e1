/** To what an index belongs: with anything else than this it says nothing. */
export interface IndexOwner {
  /** The store's id. */
  store: string;
  /** The mirror's own folder, by inode. */
  mirror: string;
  /** This machine, and the user whose rights decide what can be read. */
  machine: string;
  user: number;
  /** Absolute path. */
  source: string;
  /** The source's folder and file system: inode, birth time, type. */
  folder: string;
  /** Where inode numbers do not outlive it: which boot. */
  boot: string;
  /** How rsync is told to look at the source. */
  options: readonly string[];
}

const REASONS: Readonly<Record<keyof IndexOwner, string>> = {
  store: "the index belongs to another store",
  mirror: "the mirror is another folder than before",
  machine: "the index was made by another machine",
  user: "the index was made by another user",
  source: "the source lies elsewhere now",
  folder: "the source is another folder or file system than before",
  boot: "the machine has been started anew",
  options: "the filters or options have changed",
};

/** When something was last looked at, ISO 8601 in UTC. */
export interface IndexTimes {
  listed: string;
  walked: string;
}

/** Why an index cannot be relied on now; undefined when it can. Pure. */
export function reasonToWalk(
  index: { owner: IndexOwner; times: IndexTimes },
  now: { owner: IndexOwner; time: Date },
): string | undefined {
  const keys = Object.keys(REASONS) as (keyof IndexOwner)[];
  const different = keys.find((key) => JSON.stringify(index.owner[key]) !== JSON.stringify(now.owner[key]));
  if (different !== undefined) {
    return REASONS[different];
  }
  const isLater = Date.parse(index.times.listed) <= now.time.getTime();
  return isLater ? undefined : "the clock has been set back";
}

/** Whether it is time again for a walk of both trees, which also tests the index. Pure. */
export function isWalkDue(
  { walked }: IndexTimes,
  { time, walkEverySeconds }: { time: Date; walkEverySeconds: number },
): boolean {
  const age = time.getTime() - Date.parse(walked);
  return !(age >= 0 && age < walkEverySeconds * 1000);
}
