// Writes as many entries as it is told to the journal, then ends in the way that it is told.
import { chooseFormat, openJournal } from "../../src/journal/journal.ts";

const [count = "300", end = "exit", bytes = "300"] = process.argv.slice(2);
const format = chooseFormat(process.stderr, process.env);
const journal = openJournal({ format, level: "debug", fields: { profile: "laptop", run: "r1" } });
for (let number = 1; number <= Number(count); number += 1) {
  journal.child({ step: "transfer" }).event("warning", { text: `entry ${"x".repeat(Number(bytes))}`, number });
}
if (end === "kill") {
  process.kill(process.pid, "SIGKILL");
}
console.log("survived");
process.exit(2);
