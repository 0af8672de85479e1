import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { test } from "node:test";

/** From the top of the house to its foundation: a room imports only from rooms below it. src/README.md is its map. */
const ROOMS = [
  "bin",
  "cli",
  "doctor",
  "web",
  "xfer",
  "pool",
  "run",
  "config",
  "remote",
  "store",
  "transfer",
  "callback",
  "watch",
  "conditions",
  "schedule",
  "retention",
  "ssh",
  "destination",
  "disk",
  "dbus",
  "journal",
  "systemd",
  "lock",
  "tree",
  "process",
  "units",
  "path",
  "errors",
];
const LARGEST_FILE_LINES = 400;

const files = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && name !== "index.ts")
  .map((name) => join("src", name));

test("every room of src/ has its place in the house, and in its map", () => {
  const rooms = [...new Set(files.map(roomOf))];
  assert.deepEqual(
    rooms.filter((room) => !ROOMS.includes(room)),
    [],
  );
  const map = readFileSync("src/README.md", "utf8");
  for (const room of ROOMS) {
    assert.ok(map.includes(`\`${room}/\``), `src/README.md does not speak of ${room}/`);
  }
});

test("imports go down the house, never up", () => {
  const wrong = files.flatMap((file) =>
    importsOf(file)
      .filter((imported) => ROOMS.indexOf(roomOf(imported)) < ROOMS.indexOf(roomOf(file)))
      .map((imported) => `${file} -> ${imported}`),
  );
  assert.deepEqual(wrong, []);
});

test("no file is longer than a person reads in one go", () => {
  const long = files.filter((file) => readFileSync(file, "utf8").split("\n").length > LARGEST_FILE_LINES);
  assert.deepEqual(long, []);
});

test("what only decides has no effects: retention, schedule, destination, units and errors read and write nothing", () => {
  const pure = files.filter((file) =>
    ["retention", "schedule", "destination", "units", "errors"].includes(roomOf(file)),
  );
  const effects = /from "node:(fs|child_process|net|http)|process\.(env|stdout|stderr)/;
  assert.deepEqual(
    pure.filter((file) => effects.test(readFileSync(file, "utf8"))),
    [],
  );
});

function roomOf(file: string): string {
  return relative("src", file).split("/")[0] ?? "";
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)].map(([, target = ""]) =>
    relative(".", resolve(dirname(file), target)),
  );
}
