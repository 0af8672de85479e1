import { writeSync } from "node:fs";
import { endProcess } from "../../src/process/end.ts";

// Says much, and has work left that never ends.
process.on("exit", (code) => writeSync(2, `exit ${code}\n`));
setInterval(() => {}, 1000);
process.stdout.write(Buffer.alloc(1_000_000, "x"));
await endProcess(3);
