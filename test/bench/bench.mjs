// npm run bench [-- --quick]: bakup beside its peers, on one tree, in turn. `--help` lists the options.
import { register } from "tsx/esm/api";

register();
const { main } = await import("./main.ts");
process.exitCode = await main(process.argv.slice(2));
