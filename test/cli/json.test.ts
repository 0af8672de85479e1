import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { buildProgram } from "../../src/cli/program.ts";
import { PUBLISHED } from "../../src/cli/schema/published.ts";
import { profileStateFolder } from "../../src/run/state-folder.ts";
import { closed, fieldsOfSchema, fieldsOfValue } from "./json-fields.ts";
import { SCENES } from "./json-scenes.ts";
import { publishedSchema, schemaText } from "./schema-text.ts";

const manPage = readFileSync("man/bakup.1", "utf8");
const names = Object.keys(PUBLISHED);
const HISTORY_LINE = "history-line";

const ajv = new Ajv2020({ allErrors: true, strict: true });
ajv.addFormat("date-time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
const validators = new Map(names.map((name) => [name, ajv.compile(closed(publishedSchema(name)))]));

/** What each command has printed in all scenes. */
const printed = new Map<string, unknown[]>(names.map((name) => [name, []]));

function keep(name: string, value: unknown, where: string): void {
  const validate = validators.get(name);
  assert.ok(validate !== undefined, `${name} --json has no schema in src/cli/schema/published.ts`);
  assert.ok(validate(value), `${name} ${where}: ${ajv.errorsText(validate.errors)}`);
  printed.get(name)?.push(value);
}

test("every command that has --json has a schema, and no other", () => {
  const commands = buildProgram(() => undefined).commands.filter(({ options }) =>
    options.some(({ long }) => long === "--json"),
  );
  assert.deepEqual([...commands.map((command) => command.name()), HISTORY_LINE].sort(), [...names].sort());
});

test("the schemas in etc/schema are those of the code (test/cli/write-schemas.ts writes them)", () => {
  assert.deepEqual(readdirSync("etc/schema").sort(), names.map((name) => `${name}.json`).sort());
  for (const name of names) {
    assert.equal(readFileSync(`etc/schema/${name}.json`, "utf8"), schemaText(name), name);
  }
});

for (const [name, scene] of Object.entries(SCENES)) {
  test(`what is printed fits the schemas: ${name}`, async (t) => {
    await scene(t, async (place, command, ...args) => {
      const { stdout, stderr } = await place.bakup(command, "--json", ...args);
      assert.notEqual(stdout, "", `${command} ${args.join(" ")}: ${stderr}`);
      const value = JSON.parse(stdout);
      keep(command, value, args.join(" "));
    });
    for (const line of historyLines()) {
      keep(HISTORY_LINE, JSON.parse(line), line);
    }
  });
}

test("each field that a schema has is printed in one of these situations", () => {
  const unseen = names.flatMap((name) => {
    const seen = new Set((printed.get(name) ?? []).flatMap((value) => fieldsOfValue(value)));
    // The bytes of a name are in a report wherever its path is: one place is enough.
    const fields = fieldsOfSchema(publishedSchema(name)).filter((field) => !field.endsWith(".pathBase64"));
    return fields.filter((field) => !seen.has(field)).map((field) => `${name}: ${field}`);
  });
  assert.deepEqual(unseen, []);
});

test("the manual page has exactly the fields of each schema, and says where the schemas are", () => {
  for (const name of names.filter((each) => each !== HISTORY_LINE)) {
    const fields = fieldsOfSchema(publishedSchema(name)).map((field) => field.split(".").at(-1) ?? "");
    // Of all paths alike: it is described once.
    const own = new Set(fields.filter((field) => field !== "pathBase64"));
    assert.deepEqual([...documentedFields(name)].sort(), [...own].sort(), name);
  }
  assert.match(manPage, /\/usr\/share\/bakup\/schema\//);
});

/** The names of all fields in the manual page's description of a command's JSON. */
function documentedFields(command: string): Set<string> {
  const title = new RegExp(`^\\.Ss ${command} --json.*\\n([\\s\\S]*?)(?=^\\.S[sh] )`, "m");
  const body = title.exec(manPage)?.[1] ?? "";
  return new Set([...body.matchAll(/"(\w+)":/g)].map(([, name = ""]) => name));
}

function historyLines(): string[] {
  try {
    const text = readFileSync(join(profileStateFolder("box"), "history.jsonl"), "utf8");
    return text.split("\n").filter((line) => line !== "");
  } catch {
    return [];
  }
}
