import type { Command } from "commander";
import { addLogOptions, type LogOptions } from "../common-options.ts";
import type { SetExitCode } from "../set-exit-code.ts";

export interface WebCommandOptions extends LogOptions {
  listen: string;
  port: string;
  socket?: string;
  tokenFile?: string;
}

export function addWebCommand(program: Command, setExitCode: SetExitCode): void {
  const command = program
    .command("web")
    .description("serve a local web page: how the backups fare, what is in them, and a way to restore")
    .option("--listen <address>", "address to listen on", "127.0.0.1")
    .option("--port <number>", "port to listen on; 0 for any free one", "8873")
    .option("--socket <path>", "listen on a socket instead, which only its owner may use")
    .option("--token-file <path>", "file with the secret that opens the page; made when it is missing");
  addLogOptions(command).action(async (options: WebCommandOptions) => {
    const { runWeb } = await import("../run-web.ts");
    setExitCode(await runWeb(options));
  });
}
