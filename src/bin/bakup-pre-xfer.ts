import { endProcess } from "../process/end.ts";
import { preXfer } from "../xfer/pre-xfer.ts";

// Until it is done, it has failed: rsyncd then lets nothing in.
process.exitCode = 70;
void preXfer(process.argv.slice(2), process.env).then(endProcess);
