import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { findSnapshot } from "../../../src/store/list.ts";
import { manifestPath } from "../../../src/store/manifest/file.ts";
import { isRoot } from "../make-tree.ts";
import { addSealed, NAME, namesOf, type Sealed, sealedStore, verifyAll } from "./sealed-store.ts";

function fill(folder: string): void {
  mkdirSync(join(folder, "photos"));
  for (const name of ["a", "b"]) {
    writeFileSync(join(folder, "photos", name), `the only copy of ${name}\n`.repeat(300));
  }
  execFileSync("touch", ["-r", join(folder, "photos/a"), join(folder, "photos/b")]);
  writeFileSync(join(folder, "photos/linked"), "two names");
  linkSync(join(folder, "photos/linked"), join(folder, "photos/linked too"));
  symlinkSync("a", join(folder, "photos/link"));
}

/** Does something to a file, and leaves the times of the file and its folder as they were: a disk does not set them. */
function silently(file: string, change: () => void): void {
  const times = [file, join(file, "..")].map((path) => [path, mtimeOf(path)] as const);
  change();
  for (const [path, time] of times) {
    execFileSync("touch", ["-h", "-d", `@${time}`, path], { stdio: "pipe" });
  }
}

function mtimeOf(path: string): string {
  return execFileSync("stat", ["-c", "%.9Y", path], { encoding: "utf8" }).trim();
}

function overwrite(file: string, at: number, bytes: Buffer): void {
  const content = readFileSync(file);
  bytes.copy(content, at);
  writeFileSync(file, content);
}

interface Seed {
  name: string;
  harm: (a: string, sealed: Sealed) => void;
  /** "kind path" of all that must be found, and nothing else. */
  found: string[];
}

const SEEDS: Seed[] = [
  {
    name: "a bit flip",
    harm: (a) =>
      silently(a, () => {
        const bit = Buffer.from([(readFileSync(a)[4000] ?? 0) ^ 1]);
        overwrite(a, 4000, bit);
      }),
    found: ["content photos/a"],
  },
  {
    name: "a file that a program has written to",
    harm: (a) => overwrite(a, 0, Buffer.from("THE")),
    found: ["time photos/a", "rewritten photos/a"],
  },
  { name: "truncation", harm: (a) => silently(a, () => truncateSync(a, 4096)), found: ["truncated photos/a"] },
  { name: "an emptied file", harm: (a) => silently(a, () => truncateSync(a, 0)), found: ["truncated photos/a"] },
  {
    name: "a file that grew",
    harm: (a) => silently(a, () => writeFileSync(a, "more", { flag: "a" })),
    found: ["grown photos/a"],
  },
  {
    name: "a zeroed file",
    harm: (a) => silently(a, () => overwrite(a, 0, Buffer.alloc(readFileSync(a).length))),
    found: ["zeroed photos/a"],
  },
  {
    name: "an extra file",
    harm: (a) => silently(a, () => writeFileSync(`${a}b`, "planted")),
    found: ["extra photos/ab"],
  },
  {
    name: "a missing file",
    harm: (a) => {
      const time = mtimeOf(join(a, ".."));
      rmSync(a);
      execFileSync("touch", ["-d", `@${time}`, join(a, "..")]);
    },
    found: ["missing photos/a"],
  },
  { name: "another mode", harm: (a) => chmodSync(a, 0o600), found: ["mode photos/a"] },
  {
    name: "another extended attribute",
    harm: (a) => execFileSync("setfattr", ["-n", "user.origin", "-v", "elsewhere", a]),
    found: ["attributes photos/a"],
  },
  {
    name: "another ACL",
    harm: (a) => execFileSync("setfacl", ["-m", "u:1234:r", a]),
    found: ["attributes photos/a"],
  },
  { name: "another time", harm: (a) => execFileSync("touch", ["-d", "@1.5", a]), found: ["time photos/a"] },
  {
    name: "a link that leads elsewhere",
    harm: (a) => {
      const link = join(a, "../link");
      silently(link, () => {
        unlinkSync(link);
        symlinkSync("/etc/shadow", link);
      });
    },
    found: ["target photos/link"],
  },
  {
    name: "swapped contents",
    harm: (a) => {
      const b = join(a, "../b");
      const [one, two] = [readFileSync(a), readFileSync(b)];
      silently(a, () => writeFileSync(a, two));
      silently(b, () => writeFileSync(b, one));
    },
    found: ["swapped photos/a", "swapped photos/b"],
  },
  {
    name: "swapped names",
    harm: (a) => {
      const b = join(a, "../b");
      silently(join(a, "../link"), () => {
        renameSync(a, `${a}.old`);
        renameSync(b, a);
        renameSync(`${a}.old`, b);
      });
    },
    found: ["swapped photos/a", "swapped photos/b"],
  },
  {
    name: "a file for a link and a folder for a file",
    harm: (a) => {
      silently(join(a, "../link"), () => {
        rmSync(join(a, "../link"));
        writeFileSync(join(a, "../link"), "");
        rmSync(a);
        mkdirSync(a);
      });
    },
    found: ["type photos/a", "type photos/link"],
  },
  {
    name: "a hard link that became a copy",
    harm: (a) => {
      const second = join(a, "../linked too");
      silently(second, () => {
        rmSync(second);
        writeFileSync(second, "two names");
      });
    },
    found: ["links photos/linked too"],
  },
  {
    name: "an edited manifest",
    harm: (_a, { store }) => {
      const path = manifestPath(store, NAME);
      const text = gunzipSync(readFileSync(path)).toString("latin1");
      writeFileSync(path, gzipSync(text.replace("mode=0644", "mode=0666")));
    },
    found: ["manifest "],
  },
  { name: "a manifest that is gone", harm: (_a, { store }) => rmSync(manifestPath(store, NAME)), found: ["manifest "] },
  {
    name: "a manifest that leads elsewhere",
    harm: (_a, { store }) => {
      renameSync(manifestPath(store, NAME), `${store.path}/elsewhere`);
      symlinkSync("../elsewhere", manifestPath(store, NAME));
    },
    found: ["manifest "],
  },
];

if (isRoot) {
  SEEDS.push({ name: "another owner", harm: (a) => chownSync(a, 1234, 0), found: ["owner photos/a"] });
}

for (const { name, harm, found } of SEEDS) {
  test(`a check finds and names ${name}, and nothing else`, async (t) => {
    const sealed = await sealedStore(t, fill);
    const [before] = await verifyAll(sealed.store);
    assert.deepEqual([before?.result, before?.damage], ["sound", []]);
    harm(join(sealed.tree, "photos/a"), sealed);
    const [verdict] = await verifyAll(sealed.store);
    assert.deepEqual(namesOf(verdict?.damage ?? []).sort(), [...found].sort());
    assert.equal(findSnapshot(sealed.store, NAME).state, "damaged");
  });
}

const NEXT = "2026-11-23T02-00-13Z";

/** Somebody, or a file system after a crash, has put what belongs to another snapshot in the place of a snapshot's own. */
const EXCHANGES = {
  "the manifest of another snapshot": { parts: [".mtree.gz"], found: ["manifest "] },
  "the record and the manifest of another snapshot": { parts: [".mtree.gz", ".json"], found: ["missing new"] },
};

for (const [name, { parts, found }] of Object.entries(EXCHANGES)) {
  test(`a check finds and names ${name}, and nothing else`, async (t) => {
    const fillOld = (folder: string) => {
      writeFileSync(join(folder, "a"), "the only copy");
      execFileSync("touch", ["-d", "@1", join(folder, "a"), folder]);
    };
    const { store } = await sealedStore(t, fillOld);
    await addSealed(store, NEXT, (folder) => {
      writeFileSync(join(folder, "new"), "new");
      fillOld(folder);
    });
    for (const part of parts) {
      const [other, own] = [NEXT, NAME].map((each) => join(store.path, ".bakup", `${each}${part}`));
      const bytes = readFileSync(other ?? "");
      writeFileSync(own ?? "", part === ".json" ? bytes.toString().replace(NEXT, NAME) : bytes);
    }
    const verdicts = await verifyAll(store, [NAME, NEXT]);
    assert.deepEqual(
      verdicts.map(({ damage }) => namesOf(damage)),
      [found, []],
    );
  });
}

test("a check changes nothing in the snapshot, not even a time", async (t) => {
  const { store, tree } = await sealedStore(t, fill);
  const look = () => {
    const { ctimeNs, mtimeNs } = lstatSync(join(tree, "photos/a"), { bigint: true });
    return [ctimeNs, mtimeNs];
  };
  const before = look();
  await verifyAll(store);
  assert.deepEqual(look(), before);
});
