import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { BAKUP } from "../../run/child.ts";
import { KEY, openTerminal, type Terminal } from "../terminal.ts";

/** `bakup init` on a terminal, in a folder that is empty but for a source. No bus: no disks are listed. */
function openInit(context: TestContext, ...args: string[]): { folder: string; terminal: Terminal } {
  const folder = mkdtempSync(join(tmpdir(), "bakup-init-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "a"), "one");
  mkdirSync(join(folder, "disk"));
  const terminal = openTerminal([...BAKUP, "init", "--config", join(folder, "etc/bakup.conf"), ...args], {
    STATE_DIRECTORY: join(folder, "state"),
    DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${folder}/no-bus`,
  });
  return { folder, terminal };
}

/** Each question in its order, and an answer to it. */
function dialogue(folder: string): [question: RegExp, answer: string][] {
  return [
    [/What is the profile called\?.* /, "box"],
    [/Which folder is backed up\? \[\/\] /, folder],
    [/What is left out\?.* /, "*.iso"],
    [/Another one\?.* /, ""],
    [/udisks2 does not answer: [\s\S]*Where does the backup go\?[\s\S]*Number \[1\] /, "1"],
    [/In which folder\? \[\/mnt\/backup\] /, join(folder, "disk")],
    [/When may it run by itself\?[\s\S]*Number \[1\] /, "2"],
    [/How much time .* \[20h\] /, "12h"],
    [/Which snapshots stay\?.* /, "daily=7 monthly=always"],
    [/exclude\[\] = \/disk\/box\/[\s\S]*Write this to \S+\? \[Y\/n\] /, ""],
  ];
}

test("whoever answers the questions gets a profile that was tried, and backs up", async (context) => {
  const { folder, terminal } = openInit(context);
  for (const [question, answer] of dialogue(folder)) {
    await terminal.sees(question);
    terminal.type(`${answer}${KEY.enter}`);
  }
  await terminal.sees(/Try it now\?.* /);
  terminal.type(KEY.enter);
  await terminal.sees(/to do: \d+ new, 0 changed[\s\S]*nothing was changed \(dry run\)/);
  assert.equal(await terminal.ended, 0, terminal.screen());
  assert.match(terminal.screen(), /the first backup now: bakup run --config \S+ box\n$/);
  const text = readFileSync(join(folder, "etc/profiles.d/box.conf"), "utf8");
  const settings = text.split("\n").filter((line) => /^\w/.test(line));
  assert.deepEqual(settings, [
    "id = 1",
    `path = ${folder}`,
    "exclude[] = *.iso",
    "exclude[] = /disk/box/",
    `location = ${folder}/disk/box/latest`,
    "timer_arg[] = 12h",
    "timer_arg[] = always",
    "daily = 7",
    "monthly = always",
  ]);
  const run = openTerminal([...BAKUP, "run", "box", "--config", join(folder, "etc/bakup.conf")], {
    STATE_DIRECTORY: join(folder, "state"),
  });
  assert.equal(await run.ended, 0, run.screen());
  const [snapshot = ""] = readdirSync(join(folder, "disk/box")).filter((name) => /^\d/.test(name));
  assert.equal(readFileSync(join(folder, "disk/box", snapshot, "a"), "utf8"), "one");
});

test("Ctrl-C at any question leaves nothing behind", async (context) => {
  const count = dialogue("").length;
  for (let last = 0; last < count; last += 1) {
    const { folder, terminal } = openInit(context);
    for (const [question, answer] of dialogue(folder).slice(0, last)) {
      await terminal.sees(question);
      terminal.type(`${answer}${KEY.enter}`);
    }
    await terminal.sees(dialogue(folder)[last]?.[0] ?? /never/);
    terminal.type(KEY.ctrlC);
    assert.equal(await terminal.ended, 130, terminal.screen());
    assert.deepEqual(readdirSync(folder), ["a", "disk"]);
  }
});

test("the end of the input leaves nothing behind either, and neither does a no", async (context) => {
  const ended = openInit(context);
  await ended.terminal.sees(/called\?.* /);
  ended.terminal.type(KEY.ctrlD);
  assert.equal(await ended.terminal.ended, 64, ended.terminal.screen());
  assert.match(ended.terminal.screen(), /the input ended before all was answered/);
  const refused = openInit(context, "box", "--source", "/", "--exclude", "x", "--location", "/mnt/x/box/latest");
  await refused.terminal.sees(/Number \[1\] /);
  refused.terminal.type(KEY.enter);
  await refused.terminal.sees(/stay\?.* /);
  refused.terminal.type(KEY.enter);
  await refused.terminal.sees(/Write this .* /);
  refused.terminal.type(`n${KEY.enter}`);
  assert.equal(await refused.terminal.ended, 5);
  assert.match(refused.terminal.screen(), /nothing was written/);
  for (const { folder } of [ended, refused]) {
    assert.deepEqual(readdirSync(folder), ["a", "disk"]);
  }
});

const WRONG: [question: number, answer: string, said: RegExp][] = [
  [0, "-x", /letters, digits/],
  [1, "home", /must be an absolute path/],
  [4, "0", /answer with a number from 1 to 2/],
  [4, "one", /answer with a number from 1 to 2/],
  [5, "disk", /must be an absolute path below \//],
  [5, "/nowhere", /there is no folder \/nowhere; is its disk mounted\? If this is right: mkdir -p/],
  [7, "often", /is not an interval/],
  [8, "daily=0", /write it as daily=7/],
  [9, "maybe", /answer with y or n/],
];

test("a wrong answer is explained, and the question asked again", async (context) => {
  const { folder, terminal } = openInit(context);
  for (const [index, [question, answer]] of dialogue(folder).entries()) {
    await terminal.sees(question);
    for (const [, wrong, said] of WRONG.filter(([at]) => at === index)) {
      terminal.type(`${wrong}${KEY.enter}`);
      await terminal.sees(said);
      await terminal.sees(/\n.*[\]:?)] $/);
    }
    terminal.type(`${answer}${KEY.enter}`);
  }
  await terminal.sees(/Try it now\?/);
  terminal.type(KEY.ctrlC);
  assert.equal(await terminal.ended, 130);
  assert.ok(existsSync(join(folder, "etc/profiles.d/box.conf")), "what was confirmed before stays");
});

test("another machine is asked for its location, and a daemon's user for the file of the password", async (context) => {
  const { folder, terminal } = openInit(context, "far", "--source", "/", "--exclude", "x", "--timer-arg", "1h");
  await terminal.sees(/Number \[1\] /);
  terminal.type(`2${KEY.enter}`);
  for (const [answer, said] of [
    ["/srv/x", /this is a folder of this machine/],
    ["::x", /is invalid/],
  ] as const) {
    await terminal.sees(/Which location\?[\s\S]*daemon: /);
    terminal.type(`${answer}${KEY.enter}`);
    await terminal.sees(said);
  }
  await terminal.sees(/Which location\?[\s\S]*daemon: /);
  terminal.type(`rsync://me@nas/box${KEY.enter}`);
  await terminal.sees(/Which file holds the password\?[\s\S]*\) /);
  terminal.type(`s3cret${KEY.enter}`);
  await terminal.sees(/never the password itself/);
  terminal.type(`/etc/bakup/nas.password${KEY.enter}`);
  await terminal.sees(/stay\?.* /);
  terminal.type(KEY.enter);
  await terminal.sees(/Write this .* /);
  terminal.type(KEY.enter);
  await terminal.sees(/Try it now\?.* /);
  terminal.type(`n${KEY.enter}`);
  assert.equal(await terminal.ended, 0, terminal.screen());
  const text = readFileSync(join(folder, "etc/profiles.d/far.conf"), "utf8");
  assert.match(text, /^location = rsync:\/\/me@nas\/box\n.*\npassword_file = \/etc\/bakup\/nas\.password$/m);
});

test("of a disk that the options name, only the folder is asked for; its mount point is enough", async (context) => {
  const given = [
    "box",
    "--source",
    "/",
    "--exclude",
    "x",
    "--timer-arg",
    "1h",
    "--keep",
    "daily=7",
    "--device",
    "LABEL=b",
  ];
  const asked = openInit(context, ...given);
  await asked.terminal.sees(/Which folder of the disk is the mirror.*\[\/media\/\w+\/backup\/box\/latest\] /);
  asked.terminal.type(`here${KEY.enter}`);
  await asked.terminal.sees(/must be an absolute path[\s\S]*latest\] /);
  asked.terminal.type(KEY.enter);
  await asked.terminal.sees(/location = \/media\/\w+\/backup\/box\/latest\n[\s\S]*device = LABEL=b\n[\s\S]*Write this/);
  asked.terminal.type(KEY.ctrlC);
  assert.equal(await asked.terminal.ended, 130);
  const known = openInit(context, ...given, "--mount", "/mnt/x");
  await known.terminal.sees(/location = \/mnt\/x\/box\/latest\n[\s\S]*Write this/);
  known.terminal.type(KEY.ctrlC);
  assert.equal(await known.terminal.ended, 130);
});
