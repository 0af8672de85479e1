import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type BytePath, bytePathFromText, TOP } from "../../src/path/byte-path.ts";
import { AttributeSearch } from "../../src/transfer/attribute-search.ts";
import { temporaryFolder } from "../store/make-store.ts";
import { isRoot } from "../store/make-tree.ts";

const ODD = "folder/é\nof two lines";
const ENTRIES = ["folder/file", "folder", "folder/pipe", "folder/link", ODD];

/** What is set of one of them. */
const ANY = ["setfattr", "-n", "user.x", "-v", "y"];
const CASES: [command: string[], path: string][] = [
  [ANY, "folder/file"],
  [["setfattr", "-n", "user.empty"], "folder"],
  [ANY, ODD],
  [ANY, "."],
  [["setfacl", "-m", "u:12345:r"], "folder/file"],
  [["setfacl", "-m", "g:12345:r"], "folder/pipe"],
  [["setfacl", "-d", "-m", "u:12345:rx"], "folder"],
];
const ROOTS_CASES: typeof CASES = [
  [["setfattr", "-h", "-n", "trusted.x", "-v", "y"], "folder/link"],
  [["setfattr", "-n", "security.capability", "-v", "0x0100000200200000000000000000000000000000"], "folder/file"],
];

const pathOf = (path: string): BytePath => (path === "." ? TOP : bytePathFromText(path));

test("whatever has an attribute or an ACL is found, and nothing else", async (t) => {
  for (const [[command = "", ...args], path] of [...CASES, ...(isRoot ? ROOTS_CASES : [])]) {
    const tree = temporaryFolder(t);
    mkdirSync(join(tree, "folder"));
    writeFileSync(join(tree, "folder/file"), "");
    writeFileSync(join(tree, ODD), "");
    symlinkSync("file", join(tree, "folder/link"));
    execFileSync("mkfifo", [join(tree, "folder/pipe")]);
    const search = new AttributeSearch(tree);
    t.after(() => search.close());
    const none = [".", ...ENTRIES, "folder/absent", "absent/file", "folder/file/below"].map(pathOf);
    await search.look(none);
    assert.equal(search.found, false);
    execFileSync(command, [...args, join(tree, path)]);
    await search.look(none.filter((each) => each !== pathOf(path)));
    assert.equal(search.found, false);
    await search.look([pathOf("folder/absent"), pathOf(path)]);
    assert.equal(search.found, true, `${command} ${args.join(" ")} ${path}`);
  }
});

test("what cannot be looked at counts as having some, and one that was found elsewhere is not lost", async (t) => {
  const tree = temporaryFolder(t);
  assert.equal(new AttributeSearch(join(tree, "absent")).found, true);
  const search = new AttributeSearch(tree);
  t.after(() => search.close());
  search.tell(false);
  assert.equal(search.found, false);
  search.tell(true);
  search.tell(false);
  await search.look([TOP]);
  assert.equal(search.found, true);
});
