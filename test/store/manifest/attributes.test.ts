import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { withBeneath } from "../../../src/path/beneath.ts";
import { bytePathFromText } from "../../../src/path/byte-path.ts";
import { loadAddon } from "../../../src/process/addon.ts";
import { digestAttributes } from "../../../src/store/manifest/attributes.ts";
import { temporaryFolder } from "../make-store.ts";
import { isRoot } from "../make-tree.ts";

function shell(folder: string, script: string): void {
  execFileSync("bash", ["-ec", script], { cwd: folder });
}

function digests(folder: string, names: readonly string[]): (string | undefined)[] {
  return withBeneath(folder, (tree) => names.map((name) => digestAttributes(tree, bytePathFromText(name))));
}

test("attributes and ACLs, of links themselves and of whatever has any, in any order: the same digest for the same", {
  skip: !isRoot && "only root gives attributes to links",
}, (t) => {
  const folder = temporaryFolder(t);
  shell(
    folder,
    `touch none one two acl empty; mkdir dir; ln -s none link; mkfifo fifo
     setfattr -n user.a -v 1 one; setfattr -n user.b -v 2 one
     setfattr -n user.b -v 2 two; setfattr -n user.a -v 1 two
     setfattr -n user.a empty
     setfacl -m u:7:r acl; setfacl -d -m u:7:r dir
     setfattr -h -n trusted.x -v y link; setfattr -n trusted.x -v y fifo`,
  );
  const [none, one, two, acl, dir, link, fifo, empty] = digests(folder, [
    ...["none", "one", "two", "acl", "dir", "link", "fifo", "empty"],
  ]);
  assert.equal(none, undefined);
  assert.match(one ?? "", /^[0-9a-f]{32}$/);
  assert.equal(one, two);
  assert.equal(link, fifo);
  assert.equal(new Set([one, acl, dir, link, empty]).size, 5);
  shell(folder, "setfattr -n user.a -v 2 two");
  assert.notEqual(digests(folder, ["two"])[0], one);
});

test("the largest value is read whole; what is not there is an error that names it", (t) => {
  const folder = temporaryFolder(t);
  shell(folder, "touch file; setfattr -n user.large -v 0x$(printf 'ab%.0s' $(seq 3000)) file");
  const text = loadAddon()
    .readAttributes(Buffer.from(`${folder}/file`))
    ?.toString("latin1");
  assert.equal(text, `user.large=${"ab".repeat(3000)}\0`);
  assert.throws(() => digests(folder, ["gone"]), /cannot read the extended attributes of "gone": ENOENT/);
});
