import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { makeTree } from "../store/make-tree.ts";
import { run, shell } from "./file-system.ts";

/** A copy of /etc, of 10,000 small files of /usr, and a tree with everything that is easy to lose. */
export function makeBigSource(source: string): void {
  mkdirSync(join(source, "usr"), { recursive: true });
  run("cp", ["-a", "/etc", source]);
  const small = "find share lib -xdev ! -type d -size -16k -print0 | sort -z | sed -z -n 1~8p | sed -z 10001,\\$d";
  shell("/usr", `${small} | rsync -aHAX --from0 --files-from=- ./ '${source}/usr/'`);
  const tree = join(source, "tree");
  mkdirSync(tree);
  makeTree(tree);
}

/** Changes of every kind, different ones each round. Nothing of it depends on which files the machine has. */
export function changeSource(source: string, round: number): void {
  shell(
    source,
    `
    pick() { find usr -type f -print0 | sort -z | sed -z -n "${round * 7}~$1p"; }
    pick 101 | xargs -0 -n1 sh -c 'echo "edit ${round}" >> "$1"' sh
    pick 103 | xargs -0 chmod 6${round}0
    pick 107 | xargs -0 chown ${1000 + round}:${2000 + round}
    pick 109 | xargs -0 setfacl -m u:${3000 + round}:rw
    pick 113 | xargs -0 setfattr -n user.round -v ${round}
    pick 127 | xargs -0 -n1 sh -c 'mv -- "$1" "$1.moved-${round}"' sh
    pick 131 | xargs -0 rm --
    pick 137 | xargs -0 -n1 sh -c 'ln -- "$1" "$1.linked-${round}"' sh
    pick 139 | xargs -0 -n1 sh -c 'rm -- "$1"; mkdir -- "$1"; echo inside > "$1/file"' sh
    pick 149 | xargs -0 -n1 sh -c 'rm -- "$1"; ln -s "points ${round}" "$1"' sh
    find usr -name '*.linked-${round - 1}' -not -type d -print0 | xargs -0 -r rm --
    mkdir -p "new-${round}/deep"; for i in $(seq 200); do echo "$i" > "new-${round}/deep/file $i"; done
    find etc -maxdepth 2 -type d | sort | head -20 | xargs -d '\\n' chmod o-rx${round === 1 ? ",g+s" : ",g-s"}
    setfattr -n user.round -v ${round} etc
    [ ! -e new-${round - 1} ] || mv new-${round - 1} "renamed folder ${round - 1}"
    `,
  );
  changeTree(join(source, "tree"), round);
}

/** The awkward tree: links made and cut, attributes of links and folders, a type changed both ways. */
export function changeTree(tree: string, round: number): void {
  shell(
    tree,
    `
    ${round % 2 === 1 ? "rm linked-3; ln zero linked-zero; rm fifo; mkdir fifo" : "ln linked-1 linked-3; rm linked-zero; rmdir fifo; mkfifo fifo"}
    chmod 06${round % 8}0 linked-1
    chown -h ${4000 + round} link dangling
    setfattr -n user.note -v "round ${round}" xattr
    setfacl -m u:${5000 + round}:r acl
    setfacl -d -m u:${5000 + round}:rwx "empty folder"
    setfattr -n user.folder -v ${round} deep
    rm link-to-folder; ln -s "elsewhere ${round}" link-to-folder
    touch --no-dereference --date=@${1_500_000_000 + round}.123456789 dangling zero
    printf x | dd of=sparse bs=1 seek=${5_000_000 + round} conv=notrunc status=none
    `,
  );
}
