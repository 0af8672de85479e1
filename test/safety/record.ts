// Runs the tests that bakup-safety(7) and bakup-security(7) name, and keeps what came of them in results.json. A file of
// which a test fails or is skipped keeps what it had. usage: node --import tsx test/safety/record.ts [--long] [FILE...]
import { execFileSync } from "node:child_process";
import { release } from "node:os";
import { run } from "node:test";
import { casesSaid } from "./cases.ts";
import { isTitle } from "./evidence.ts";
import { patternsByFile } from "./named.ts";
import { type Depth, type FileResult, keepResult } from "./results.ts";

/** What asks for more cases than every run of the tests can wait for; the environment may ask for another number. */
const LONG: Readonly<Record<string, NodeJS.ProcessEnv>> = {
  "test/crash/errors.test.ts": { BAKUP_TEST_CRASH: "all" },
  "test/crash/power-cut.test.ts": { BAKUP_TEST_CUTS: "100" },
  "test/fuzz/texts.test.ts": { BAKUP_TEST_FUZZ: "100000" },
  "test/fuzz/records.test.ts": { BAKUP_TEST_FUZZ: "100000" },
  "test/model/store.model.test.ts": { BAKUP_TEST_MODEL: "300" },
  "test/run/index.property.test.ts": { BAKUP_TEST_INDEX: "100", BAKUP_TEST_CHANGES: "400" },
};

const words = process.argv.slice(2);
const depth: Depth = words.includes("--long") ? "long" : "ordinary";
const named = words.filter((word) => word !== "--long");
const patterns = patternsByFile();
const files = named.length > 0 ? named : depth === "long" ? Object.keys(LONG) : [...patterns.keys()];
for (const file of files.sort()) {
  const before = { ...process.env };
  process.env = depth === "long" ? { ...LONG[file], ...before } : before;
  const result = await resultOf(file, patterns.get(file) ?? []);
  process.env = before;
  if (typeof result === "string") {
    process.stdout.write(`${file}: NOT RECORDED: ${result}\n`);
    process.exitCode = 1;
  } else {
    keepResult(depth, file, result);
    process.stdout.write(`${file}: ${Object.keys(result.tests).length} tests\n`);
  }
}

/** The result of a file's tests that have one of these titles, or why there is none. */
async function resultOf(file: string, wanted: readonly string[]): Promise<FileResult | string> {
  const tests: Record<string, number> = {};
  let parts = 0;
  let latest = "";
  for await (const { type, data } of run({ files: [file] })) {
    if (type === "test:fail") {
      return `"${data.name}" failed: ${data.details.error.cause ?? data.details.error}`;
    }
    if (type === "test:pass" && wanted.some((pattern) => isTitle(data.name, pattern))) {
      if (data.skip !== undefined) {
        return `"${data.name}" was skipped`;
      }
      if (data.nesting === 0) {
        tests[data.name] = Math.max(1, parts);
      }
    }
    if (type === "test:pass") {
      parts = data.nesting === 0 ? 0 : parts + 1;
      latest = data.nesting === 0 ? data.name : latest;
    }
    const said = type === "test:diagnostic" ? casesSaid(data.message) : undefined;
    if (said !== undefined && latest in tests) {
      tests[latest] = said;
    }
  }
  return { when: new Date().toISOString().slice(0, 10), machine: describeMachine(), tests };
}

function describeMachine(): string {
  const [rsync = ""] = /\d+\.\d+\.\d+/.exec(execFileSync("rsync", ["--version"], { encoding: "utf8" })) ?? [];
  return `Linux ${release().replace(/-.*/, "")}, rsync ${rsync}, Node.js ${process.versions.node}`;
}
