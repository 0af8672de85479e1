// Runs all tests (as `node --import tsx`, which the test processes inherit), or those below the folders or files that are
// named, and closes with one line that counts them.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";

const wanted = process.argv.slice(2);
// Those with guest machines first: one that began last would run alone for minutes.
const files = (wanted.length > 0 ? wanted : ["test"])
  .flatMap(testFiles)
  .sort()
  .sort((one, other) => Number(hasGuests(other)) - Number(hasGuests(one)));
const counts = { passed: 0, failed: 0, skipped: 0 };

const events = run({ files, concurrency: 2 });
events.on("test:pass", (event) => count(event, "passed"));
events.on("test:fail", (event) => count(event, "failed"));
events.compose(new spec()).pipe(process.stdout);
events.on("end", () => {
  // The report is still on its way through the pipe.
  setImmediate(() => {
    process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
    process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
  });
});

/** Each file is a test of its own to the runner: only what is in it counts. */
function count(event, outcome) {
  if (event.nesting === 0 && event.details.type === "suite") {
    return;
  }
  counts[event.skip === undefined ? outcome : "skipped"] += 1;
}

function hasGuests(file) {
  return file.includes("test/vm/");
}

function testFiles(path) {
  if (statSync(path).isFile()) {
    return [path];
  }
  return readdirSync(path, { recursive: true })
    .map((name) => join(path, name))
    .filter((name) => name.endsWith(".test.ts"));
}
