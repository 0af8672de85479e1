// Writes as many entries as it is told to the journal, then ends in the way that it is told.
import { openJournal } from "../../src/journal/journal.ts";

const [count = "300", end = "exit"] = process.argv.slice(2);
const journal = openJournal({ format: "json", level: "debug", fields: { profile: "laptop", run: "r1" } });
for (let number = 1; number <= Number(count); number += 1) {
  journal.child({ step: "transfer" }).event("warning", { text: `entry ${"x".repeat(300)}`, number });
}
if (end === "kill") {
  process.kill(process.pid, "SIGKILL");
}
console.log("survived");
process.exit(2);
