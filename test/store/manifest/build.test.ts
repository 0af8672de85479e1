import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { below } from "../../../src/path/byte-path.ts";
import { inStore } from "../../../src/store/layout.ts";
import { buildManifest } from "../../../src/store/manifest/build.ts";
import type { ManifestEntry } from "../../../src/store/manifest/entry.ts";
import { manifestPath } from "../../../src/store/manifest/file.ts";
import { KnownHashes } from "../../../src/store/manifest/known-hashes.ts";
import { formatEntry, HEADER } from "../../../src/store/manifest/mtree.ts";
import { surveyPaths, surveyTree } from "../../../src/store/manifest/survey.ts";
import { temporaryStore } from "../make-store.ts";
import { makeTree } from "../make-tree.ts";
import { factsOf } from "./facts.ts";

const NAME = "2026-11-20T02-00-00Z";
const WRONG = "0".repeat(64);

test("a manifest built anew, with hashes that are known, or with a basis has the line of each entry", async (t) => {
  const store = temporaryStore(t);
  const tree = inStore(store, NAME);
  mkdirSync(tree);
  makeTree(tree);
  const paths = [];
  for await (const piece of surveyTree(tree)) {
    paths.push(...piece.map(({ path }) => path));
  }
  const entries = surveyPaths(tree, paths);
  const isFile = ({ type }: ManifestEntry) => type === "file";
  const sha256 = ({ path }: ManifestEntry) =>
    createHash("sha256")
      .update(readFileSync(below(tree, path)))
      .digest("hex");
  const textWith = (hash: (entry: ManifestEntry) => string) =>
    HEADER + entries.map((each) => formatEntry(isFile(each) ? { ...each, sha256: hash(each) } : each)).join("");
  const written = () => gunzipSync(readFileSync(manifestPath(store, NAME))).toString("latin1");

  const seal = await buildManifest(store, NAME, { ofMirror: false, basis: undefined });
  assert.equal(written(), textWith(sha256));
  assert.equal(seal.entries, entries.length);

  // What is known is believed, if size and time are the same: that these hashes are wrong shows which ones were taken.
  const known = new KnownHashes(store);
  t.after(() => known.close());
  const changed = entries.filter((each) => isFile(each) && each.size > 0).at(-1);
  for (const { path } of entries.filter((each) => isFile(each) && each.size > 0)) {
    const status = lstatSync(below(tree, path), { bigint: true });
    const mtimeNs = status.mtimeNs + (path === changed?.path ? 1n : 0n);
    known.keep(Buffer.concat([factsOf({ ...status, mtimeNs }), Buffer.from(WRONG, "hex")]));
  }
  const ofKnown = (entry: ManifestEntry) => (entry.size > 0 && entry !== changed ? WRONG : sha256(entry));
  const basis = { name: NAME, seal };
  const ofKnownSeal = await buildManifest(store, NAME, { ofMirror: true, basis, knownHashes: known });
  assert.equal(written(), textWith(ofKnown));
  assert.equal(ofKnownSeal.entries, entries.length);

  const again = await buildManifest(store, NAME, { ofMirror: true, basis: { name: NAME, seal: ofKnownSeal } });
  assert.equal(written(), textWith(ofKnown));
  assert.deepEqual(again, ofKnownSeal);
});
