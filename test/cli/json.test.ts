import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makePlace } from "./place.ts";

const manPage = readFileSync("man/bakup.1", "utf8");

/** The names of all fields in the manual page's description of a command's JSON. */
function documentedFields(command: string): Set<string> {
  const title = new RegExp(`^\\.Ss (?:\\w+ --json, )?${command} --json.*\\n([\\s\\S]*?)(?=^\\.S[sh] )`, "m");
  const body = title.exec(manPage)?.[1] ?? "";
  return new Set([...body.matchAll(/"(\w+)":/g)].map(([, name = ""]) => name));
}

function fieldsOf(value: unknown): string[] {
  if (Array.isArray(value)) {
    return value.flatMap(fieldsOf);
  }
  return typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([name, inner]) => [name, ...fieldsOf(inner)])
    : [];
}

test("every field that a command prints as JSON is in the manual page, and the other way round", async (context) => {
  const { bakup, backUp, write, source, store, folder } = makePlace(context);
  write("a", "one");
  const names = Array.from({ length: 25 }, (_, index) => `many/${index}`);
  for (const name of names) {
    write(name, name);
  }
  await backUp("2026-03-01T02:00:00Z");
  write("a", "longer");
  await backUp("2026-03-02T02:00:00Z");
  for (const name of names) {
    rmSync(join(source, name));
  }
  await backUp("2026-03-03T02:00:00Z");
  mkdirSync(join(store, "2026-03-05T00-00-00Z"));
  const to = join(folder, "restored");
  mkdirSync(to);
  writeFileSync(join(to, "a"), "mine");
  writeFileSync(join(to, "extra"), "extra");
  chmodSync(join(store, "2026-03-01T02-00-00Z/a"), 0o600);
  const calls: [command: string, ...args: string[]][] = [
    ["status"],
    ["history"],
    ["pin", "box", "2026-03-01"],
    ["verify"],
    ["repair", "--dry-run"],
    ["verify", "--source"],
    ["verify", "--restore-test", "3"],
    ["list"],
    ["find", "box", "a"],
    ["diff", "box", "2026-03-01", "2026-03-02"],
    ["restore", "box", "--to", to],
    ["restore", "box", "--to", to, "--overwrite", "--delete", "--dry-run"],
    ["rotate", "--dry-run"],
    ["unpin", "box", "2026-03-01"],
    ["accept"],
    ["adopt", "--dry-run"],
    ["due"],
    ["check"],
    ["doctor"],
    ["locate", "host::module/x"],
    ["locate", "::x"],
  ];
  const printed = new Map<string, Set<string>>();
  for (const [command, ...args] of calls) {
    const { stdout, stderr } = await bakup(command, "--json", ...args);
    assert.notEqual(stdout, "", `${command}: ${stderr}`);
    const fields = printed.get(command) ?? new Set();
    printed.set(command, new Set([...fields, ...fieldsOf(JSON.parse(stdout))]));
  }
  for (const [command, fields] of printed) {
    const documented = documentedFields(command);
    const unknown = [...fields].filter((name) => !documented.has(name));
    assert.deepEqual(unknown, [], `${command} prints fields that the manual page lacks`);
    const absent = [...documented].filter((name) => !fields.has(name) && !(RARE[command] ?? []).includes(name));
    assert.deepEqual(absent, [], `the manual page has fields that ${command} does not print`);
  }
});

/** Fields within lists and values that this store leaves empty or null. */
const RARE: Readonly<Record<string, string[]>> = {
  status: [
    ...["when", "run", "step", "stepStarted", "progress", "bytes", "files", "totalBytes", "totalFiles"],
    ...["bytesPerSecond", "secondsLeft"],
  ],
  list: ["accepted"],
  find: ["snapshot", "reason"],
  diff: ["reason"],
  restore: ["reason"],
  unpin: ["reason", "since"],
  accept: ["missed", "example"],
  check: ["line", "message"],
  verify: ["reason"],
  repair: ["error", "damage", "kind", "detail"],
};
