import { main } from "../cli/main.ts";
import { endProcess } from "../process/end.ts";

// A promise that is never settled would end the process with 0: until main is done, it has failed.
process.exitCode = 70;
void main(process.argv.slice(2)).then(endProcess);
