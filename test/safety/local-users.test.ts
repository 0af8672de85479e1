import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { shell } from "../integration/file-system.ts";
import { PYTHON } from "../python.ts";
import { nextSecond, startBakup } from "../run/child.ts";
import { makePlace, type Place } from "../run/make-job.ts";
import { isRoot } from "../store/make-tree.ts";
import { countCases } from "./cases.ts";

/** Somebody who is nobody on the machine. */
const USER = 64_999;
const SWAPPER = fileURLToPath(new URL("../store/swap_folder.py", import.meta.url));
const PAUSE_MS = 1;
const SECRET = "only root may read this";
const FILES = 200;
/** So many runs are attacked. */
const ROUNDS = 4;
const AS_ROOT = { skip: !isRoot && "only root can be led where an ordinary user may not go" };

function backUp({ top, source, mirror }: Place) {
  // The loosest umask there is: what is closed is closed on purpose.
  const before = ["sh", "-c", 'umask 0; exec "$@"', "sh"];
  const args = ["backup", "--disable-notifications", "--log-format", "human", source, mirror];
  return startBakup(args, { env: { STATE_DIRECTORY: join(top, "kept") }, before }).ended;
}

test("what bakup keeps is closed to others, whatever the umask is", AS_ROOT, async (t) => {
  const place = makePlace(t);
  chmodSync(place.top, 0o755);
  for (const _night of [1, 2]) {
    const { code, stderr } = await backUp(place);
    assert.equal(code, 0, stderr);
    await nextSecond();
  }
  assert.ok(readdirSync(join(place.store, ".bakup")).some((name) => name.endsWith(".mtree.gz")));
  const asUser = ["setpriv", `--reuid=${USER}`, `--regid=${USER}`, "--clear-groups"];
  const look = `find '${place.top}' -readable 2>/dev/null || true`;
  const [program = "", ...args] = [...asUser, "sh", "-c", look];
  const seen = execFileSync(program, args, { encoding: "utf8" }).split("\n");
  assert.ok(seen.includes(join(place.source, "file")), "the user sees what is open");
  const inside = seen.filter((path) => path.startsWith(place.store) || path.startsWith(join(place.top, "kept")));
  assert.deepEqual(inside, []);
});

for (const side of ["source", "mirror"] as const) {
  test(
    `a user who swaps a folder for a link while root backs up, in the ${side}, reaches nothing of root's`,
    AS_ROOT,
    async (t) => {
      const place = makePlace(t);
      const victim = join(place.top, "victim");
      mkdirSync(victim);
      mkdirSync(join(place.source, "alice/d"), { recursive: true });
      for (let index = 0; index < FILES; index += 1) {
        writeFileSync(join(victim, `old-${index}`), SECRET, { mode: 0o600 });
        writeFileSync(join(place.source, `alice/d/old-${index}`), "hers");
      }
      chmodSync(victim, 0o700);
      shell(place.source, `chown -R ${USER}:${USER} alice`);
      assert.equal((await backUp(place)).code, 0);
      const before = describe(victim);
      const alice = join(side === "source" ? place.source : place.mirror, "alice");
      for (let round = 0; round < ROUNDS; round += 1) {
        await nextSecond();
        const ends = await underAttack(t, { place, victim, alice, round });
        // Under attack a run may fail. It may not be a mistake of ours.
        assert.notEqual(ends.code, 70, ends.stderr);
        assert.equal(describe(victim), before);
      }
      assert.equal(shell(place.store, `grep -rl '${SECRET}' . || true`), "");
      countCases(t, ROUNDS);
    },
  );
}

/** A run that has much to do in alice's folder while she swaps it for a link to the victim. */
async function underAttack(
  t: TestContext,
  { place, victim, alice, round }: { place: Place; victim: string; alice: string; round: number },
) {
  const shelf = join(place.top, `shelf-${round}`);
  mkdirSync(shelf);
  chownSync(shelf, USER, USER);
  shell(
    join(place.source, "alice/d"),
    `rm -f old-*${round}; chmod 6${round}0 old-*; for i in $(seq ${FILES}); do echo ${round} > new-${round}-$i; done
     chown -R ${USER}:${USER} .`,
  );
  const args = [SWAPPER, String(USER), shelf, victim, alice, "d", String(PAUSE_MS)];
  const attacker: ChildProcess = spawn(PYTHON, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(attacker, "exit");
  t.after(() => attacker.kill("SIGKILL"));
  assert.ok(attacker.stdout);
  await once(attacker.stdout, "data");
  try {
    return await backUp(place);
  } finally {
    attacker.kill("SIGKILL");
    await ended;
    putBack(shelf, alice);
  }
}

/** The folder may lie on the shelf, and the link in its place. */
function putBack(shelf: string, alice: string): void {
  shell(shelf, `if [ -L '${alice}/d' ]; then rm '${alice}/d'; mv link '${alice}/d'; fi`);
}

/** Contents, modes and owners of all that lies in a folder. */
function describe(folder: string): string {
  const facts = shell(folder, "find . -printf '%p %y %m %U:%G %n\\n' | sort");
  return (
    facts +
    readdirSync(folder)
      .sort()
      .map((name) => readFileSync(join(folder, name), "utf8"))
      .join()
  );
}
