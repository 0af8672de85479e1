import { execFileSync } from "node:child_process";

/** Shares nothing with the program: another language looks at both trees and prints what differs. */
const COMPARE = `
import hashlib, os, stat, sys

def attributes(path):
    return {name: os.getxattr(path, name, follow_symlinks=False)
            for name in os.listxattr(path, follow_symlinks=False)
            # xfs shows root each ACL a second time.
            if not name.startswith("trusted.SGI_ACL_")}

def describe(path):
    status = os.lstat(path)
    seen = {"type": stat.S_IFMT(status.st_mode), "mode": oct(stat.S_IMODE(status.st_mode)),
            "owner": (status.st_uid, status.st_gid), "mtime": status.st_mtime_ns, "xattrs": attributes(path)}
    if stat.S_ISREG(status.st_mode):
        with open(path, "rb") as file:
            seen["content"] = hashlib.sha256(file.read()).hexdigest()
        seen["size"] = status.st_size
        seen["sparse"] = status.st_blocks * 512 < status.st_size // 2
    if stat.S_ISLNK(status.st_mode):
        seen["leads to"] = os.readlink(path)
    if stat.S_ISCHR(status.st_mode) or stat.S_ISBLK(status.st_mode):
        seen["device"] = status.st_rdev
    return seen, (status.st_dev, status.st_ino), stat.S_ISDIR(status.st_mode)

def survey(top):
    tree, inodes, todo = {}, {}, [b"."]
    while todo:
        name = todo.pop()
        seen, inode, folder = describe(os.path.join(top, name))
        tree[name] = seen
        if folder:
            todo += [os.path.join(name, each) for each in os.listdir(os.path.join(top, name))]
        else:
            inodes.setdefault(inode, []).append(name)
    for names in inodes.values():
        for name in names:
            tree[name]["links"] = sorted(names)
    return tree

a, b = (survey(os.fsencode(path)) for path in sys.argv[1:3])
for name in sorted(a.keys() | b.keys()):
    if name not in a or name not in b:
        print("only in", "second" if name not in a else "first", repr(name))
        continue
    for fact in sorted(a[name].keys() | b[name].keys()):
        if a[name].get(fact) != b[name].get(fact):
            print(fact, repr(name), a[name].get(fact), b[name].get(fact))
`;

import { PYTHON } from "../python.ts";

/** Every difference of two trees, one a line: names, types, contents, modes, owners, times in ns, xattrs and ACLs, links, devices, holes. */
export function compareTrees(a: string, b: string): string[] {
  const output = execFileSync(PYTHON, ["-c", COMPARE, a, b], { encoding: "utf8" });
  return output.split("\n").filter((line) => line !== "");
}
