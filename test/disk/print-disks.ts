// Prints the disks of the machine that it runs in, as JSON.
import { listDisks } from "../../src/disk/list.ts";

process.stdout.write(JSON.stringify(await listDisks()));
