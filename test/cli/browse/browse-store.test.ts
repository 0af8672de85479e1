import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { BAKUP } from "../../run/child.ts";
import { makePlace, type Place } from "../place.ts";
import { KEY, openTerminal, type Terminal } from "../terminal.ts";

const [OLD, NEW] = ["2026-03-01T02-00-00Z", "2026-03-02T02-00-00Z"] as const;

/** A store with two snapshots, and somebody who looks into it. */
async function browse(context: TestContext): Promise<Place & { terminal: Terminal }> {
  const place = makePlace(context);
  place.write("docs/letter", "one\n");
  place.write("docs/other", "same\n");
  place.write("docs/\x1b]0;evil\x07", "");
  await place.backUp("2026-03-01T02:00:00Z");
  place.write("docs/letter", "two\nthree\n");
  await place.backUp("2026-03-02T02:00:00Z");
  return { ...place, terminal: openBrowse(place) };
}

function openBrowse({ folder }: Place): Terminal {
  return openTerminal([...BAKUP, "browse", "box", "--config", join(folder, "bakup.conf")]);
}

/** Types what only one row has in its name, waits until that is the one that Enter takes, and presses it. */
async function take(terminal: Terminal, typed: string): Promise<void> {
  terminal.type(typed);
  await terminal.sees(new RegExp(`${escaped(typed)}\\n❯ [^\\n]*${escaped(typed)}`));
  terminal.type(KEY.enter);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

async function answer(terminal: Terminal, question: RegExp, text: string): Promise<void> {
  await terminal.sees(question);
  terminal.type(`${text}${KEY.enter}`);
}

/** From the snapshots to the versions of docs/letter. */
async function goToLetter(terminal: Terminal): Promise<void> {
  await terminal.sees(/which snapshot\? \n❯ /);
  await take(terminal, NEW);
  await terminal.sees(/❯ \.\.\n {2}restore everything/);
  await take(terminal, "docs/");
  await terminal.sees(/❯ \.\.\n {2}restore this folder/);
  await take(terminal, "letter");
  await terminal.sees(/versions of \/docs\/letter \n❯ \.\./);
}

test("one walks from snapshots to folders to the versions of a file, and back, and leaves", async (context) => {
  const { terminal } = await browse(context);
  await goToLetter(terminal);
  assert.match(terminal.screen(), new RegExp(`❯ ${NEW}\\n {2}${OLD}\\n {2}leave\\n\\ncomplete, `));
  assert.match(terminal.screen(), /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d, 10 B\n.*, 4 B\n/);
  terminal.type(KEY.enter);
  await terminal.sees(new RegExp(`${NEW}: /docs \\n❯ \\.\\.`));
  assert.ok(terminal.screen().includes("\\033]0;evil\\007"));
  assert.ok(!terminal.raw().includes("]0;evil\x07"), "a name commands the terminal");
  terminal.type(KEY.enter);
  await terminal.sees(new RegExp(`${NEW}: / \\n❯ \\.\\.`));
  terminal.type(KEY.enter);
  await terminal.sees(/which snapshot\? \n❯ /);
  await take(terminal, "leave");
  assert.equal(await terminal.ended, 0);
});

test("two versions are compared, and the old one is restored after a yes", async (context) => {
  const { terminal, folder } = await browse(context);
  await goToLetter(terminal);
  await take(terminal, "4 B");
  await terminal.sees(new RegExp(`/docs/letter in ${OLD} \\n❯ \\.\\.`));
  await take(terminal, "compare with");
  await terminal.sees(new RegExp(`from ${OLD} to ${NEW}:\\n[\\s\\S]*-one\\n\\+two\\n\\+three\\n`));
  await answer(terminal, /go on: /, "");
  await terminal.sees(/❯ \.\.\n {2}restore this version/);
  await take(terminal, "restore this");
  await answer(terminal, /Into which folder\? /, "");
  await answer(terminal, /name a folder[\s\S]*Into which folder\? /, join(folder, "out"));
  await answer(terminal, /new: 2\n {4}docs\/\n {4}docs\/letter[\s\S]*Number \[1\] /, "");
  await terminal.sees(/nothing was restored/);
  assert.ok(!existsSync(join(folder, "out")));
  await terminal.sees(/❯ \.\.\n {2}restore this version/);
  await take(terminal, "restore this");
  await answer(terminal, /Into which folder\? /, join(folder, "out"));
  await answer(terminal, /Number \[1\] /, "2");
  await answer(terminal, /restored: 2 new, 0 overwritten, 0 deleted[\s\S]*go on: /, "");
  assert.equal(readFileSync(join(folder, "out/docs/letter"), "utf8"), "one\n");
  await terminal.sees(/❯ \.\.\n {2}restore this version/);
  terminal.type(KEY.ctrlC);
  assert.equal(await terminal.ended, 130);
});

test("what exists and differs stays, unless a second yes replaces it and keeps the old version", async (context) => {
  const { terminal, source } = await browse(context);
  writeFileSync(join(source, "docs/letter"), "mine\n");
  await terminal.sees(/which snapshot\? \n❯ /);
  await take(terminal, OLD);
  await terminal.sees(/❯ \.\.\n {2}restore everything/);
  for (const [sure, expected] of [
    ["n", "mine\n"],
    ["y", "one\n"],
  ] as const) {
    await take(terminal, "restore everything");
    await answer(terminal, new RegExp(`${source} puts it back[\\s\\S]*which folder\\? `), source);
    await answer(terminal, /left as it is: 1\n {4}docs\/letter \(content\)[\s\S]*Number \[1\] /, "2");
    await answer(terminal, /overwrite: 1\n {4}docs\/letter \(content\)[\s\S]*Overwrite these\? \[y\/N\] /, sure);
    await terminal.sees(sure === "n" ? /nothing was restored/ : /restored: 0 new, 1 overwritten/);
    assert.equal(readFileSync(join(source, "docs/letter"), "utf8"), expected);
    if (sure === "y") {
      await answer(terminal, /go on: /, "");
    }
    await terminal.sees(/❯ \.\.\n {2}restore everything/);
  }
  const [replaced = ""] = readdirSync(source).filter((name) => name.startsWith(".bakup-replaced-"));
  assert.equal(readFileSync(join(source, replaced, "docs/letter"), "utf8"), "mine\n");
  terminal.type(KEY.ctrlC);
  await terminal.ended;
});

test("a snapshot that rotation takes away meanwhile ends nothing but the look into it", async (context) => {
  const { terminal, store } = await browse(context);
  await terminal.sees(/which snapshot\? \n❯ /);
  renameSync(join(store, OLD), join(store, "gone"));
  await take(terminal, OLD);
  await terminal.sees(/bakup: ENOENT[\s\S]*which snapshot\? \n❯ /);
  terminal.type(KEY.ctrlC);
  assert.equal(await terminal.ended, 130);
});

test("a restore that cannot be is explained, and one may go on", async (context) => {
  const { terminal, store } = await browse(context);
  await terminal.sees(/which snapshot\? \n❯ /);
  await take(terminal, NEW);
  await terminal.sees(/❯ \.\.\n {2}restore everything/);
  await take(terminal, "restore everything");
  await answer(terminal, /which folder\? /, join(store, "inside"));
  await terminal.sees(/bakup: .*store[\s\S]*which snapshot\? \n❯ /);
  terminal.type(KEY.ctrlC);
  await terminal.ended;
});

test("a folder of 100,000 files shows its first names, and any other by a part of its name", async (context) => {
  const place = makePlace(context);
  const snapshot = join(place.store, "2026-03-01 02:00:00");
  mkdirSync(snapshot, { recursive: true });
  execFileSync("sh", ["-c", 'cd "$0" && seq --format=file-%06.0f 100000 | xargs touch', snapshot]);
  const terminal = openBrowse(place);
  await terminal.sees(/which snapshot\? \n❯ /);
  terminal.type(KEY.enter);
  await terminal.sees(/❯ \.\.\n[\s\S]*file-000001\n/);
  await take(terminal, "file-087654");
  await terminal.sees(/versions of \/file-087654 \n❯ \.\./);
  terminal.type(KEY.ctrlC);
  assert.equal(await terminal.ended, 130);
  rmSync(snapshot, { recursive: true });
});

test("the end of the input leaves as Ctrl-C does", async (context) => {
  const { terminal } = await browse(context);
  await terminal.sees(/which snapshot\? \n❯ /);
  terminal.type(KEY.ctrlD);
  assert.equal(await terminal.ended, 130);
});

test("without a terminal it names the commands that need none", async (context) => {
  const { bakup } = makePlace(context);
  const { code, stderr } = await bakup("browse", "box");
  assert.equal(code, 64);
  assert.match(stderr, /bakup browse needs a terminal\n {2}hint: elsewhere: bakup list, bakup find and bakup restore/);
});
