import { type Command, CommanderError } from "commander";
import type { PoolSwitches } from "../../pool/switches.ts";
import type { SetExitCode } from "../set-exit-code.ts";

/** What cback(1), and so `bakup pool`, returns for a wrong command line. */
const USAGE = 2;

export function addPoolCommand(program: Command, setExitCode: SetExitCode): void {
  program
    .command("pool [action...]")
    .usage("[switches] ACTION...")
    .description("back up a pool of machines as Cedar Backup does: collect, stage, store, purge")
    .option("-b, --verbose", "show on the screen what goes into the log file")
    .option("-q, --quiet", "show nothing on the screen")
    .option("-c, --config <file>", "read this configuration (default: /etc/bakup/pool.conf)")
    .option("-f, --full", "back up everything, and begin a new disc")
    .option("-M, --managed", "run the actions on managed clients too")
    .option("-N, --managed-only", "run the actions on managed clients only")
    .option("-l, --logfile <file>", "write this log file (default: /var/log/bakup-pool.log)")
    .option("-o, --owner <user:group>", "whose a new log file is (default: root:adm)")
    .option("-m, --mode <mode>", "the mode of a new log file (default: 640)")
    .option("-O, --output", "record the output of the programs that are run in the log file")
    .option("-d, --debug", "record everything in the log file")
    .option("-s, --stack", "show where in the program an error comes from")
    .option("-D, --diagnostics", "show what helps to find a mistake, and exit")
    .option("--import <file>", "print the pool.conf that a cback.conf (XML) of Cedar Backup stands for, and exit")
    .exitOverride(({ exitCode, code, message }) => {
      throw new CommanderError(exitCode === 0 ? 0 : USAGE, code, message);
    })
    .action(async (actions: string[], switches: PoolSwitches) => {
      const { pool } = await import("../pool.ts");
      setExitCode(await pool(actions, switches));
    });
}
