import { endProcess } from "../process/end.ts";
import { postXfer } from "../xfer/post-xfer.ts";

process.exitCode = 70;
void postXfer(process.argv.slice(2), process.env).then(endProcess);
