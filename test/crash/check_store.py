"""Looks at a store with eyes of its own: shares no code with the program.

describe FOLDER                what a tree holds, as JSON
check STORE EXPECTED SETTLED   prints a line for each broken promise; EXPECTED is a JSON file {"snapshots": {name: tree},
                               "new": tree}: what the old snapshots held, and what any newer one must hold. With SETTLED
                               (yes or no) nothing may be left of work in progress, and mirror and newest must be new.
"""

import hashlib
import json
import os
import re
import stat
import sys

NAME = re.compile(rb"^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ$")


def attributes(path):
    names = os.listxattr(path, follow_symlinks=False)
    return {n: os.getxattr(path, n, follow_symlinks=False).hex() for n in names if not n.startswith("trusted.SGI_ACL_")}


def describe_one(path):
    status = os.lstat(path)
    seen = {
        "mode": oct(status.st_mode),
        "owner": [status.st_uid, status.st_gid],
        "mtime": str(status.st_mtime_ns),
        "xattrs": attributes(path),
    }
    if stat.S_ISREG(status.st_mode):
        with open(path, "rb") as file:
            seen["content"] = hashlib.sha256(file.read()).hexdigest()
    if stat.S_ISLNK(status.st_mode):
        seen["target"] = os.readlink(path).hex()
    return seen, status


def describe(top):
    tree, inodes, todo = {}, {}, [b"."]
    while todo:
        name = todo.pop()
        seen, status = describe_one(os.path.join(top, name))
        tree[name.hex()] = seen
        if stat.S_ISDIR(status.st_mode):
            todo += [os.path.join(name, each) for each in os.listdir(os.path.join(top, name))]
        else:
            inodes.setdefault(status.st_ino, []).append(name.hex())
    for names in inodes.values():
        for name in names:
            tree[name]["links"] = sorted(names)
    return tree


def compare(what, wanted, got):
    for name in sorted(wanted.keys() | got.keys()):
        readable = bytes.fromhex(name)
        if name not in got:
            yield f"{what}: {readable} is missing"
        elif name not in wanted:
            yield f"{what}: {readable} is too much"
        else:
            for fact in sorted(wanted[name].keys() | got[name].keys()):
                if wanted[name].get(fact) != got[name].get(fact):
                    yield f"{what}: {fact} of {readable} is {got[name].get(fact)}, not {wanted[name].get(fact)}"


def state_of(store, name):
    try:
        with open(os.path.join(store, b".bakup", name + b".json"), "rb") as file:
            return json.load(file)["state"]
    except FileNotFoundError:
        return None


def check(store, expected, settled):
    names = sorted(n for n in os.listdir(store) if NAME.match(n))
    old = {n.encode(): tree for n, tree in expected["snapshots"].items()}
    for name in names:
        state = state_of(store, name)
        if state is None:
            if settled or name not in old:
                yield f"{name} has no record"
        elif state == "complete":
            yield from compare(name.decode(), old.get(name, expected["new"]), describe(os.path.join(store, name)))
        elif settled:
            yield f"{name} is {state}"
    if not names:
        yield "no snapshot is left"
    if settled:
        yield from check_settled(store, expected, names)


def check_settled(store, expected, names):
    for part in (b"new", b"trash"):
        for name in os.listdir(os.path.join(store, b".bakup", part)):
            yield f"{name} was left in {part}"
    for file in os.listdir(os.path.join(store, b".bakup")):
        if file.endswith(b".json") and NAME.match(file[:-5]) and file[:-5] not in names:
            yield f"{file} is a record without a snapshot"
    yield from compare("mirror", expected["new"], describe(os.path.join(store, b"latest")))
    if names and names[-1].decode() in expected["snapshots"]:
        yield "there is no new snapshot"


if __name__ == "__main__":
    if sys.argv[1] == "describe":
        json.dump(describe(os.fsencode(sys.argv[2])), sys.stdout)
    else:
        with open(sys.argv[3], "rb") as file:
            for line in check(os.fsencode(sys.argv[2]), json.load(file), sys.argv[4] == "yes"):
                print(line)
