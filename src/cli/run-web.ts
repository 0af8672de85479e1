import { isIP } from "node:net";
import { isatty } from "node:tty";
import { type Callback, callCallback } from "../callback/call.ts";
import { REASON, type Reason } from "../callback/reasons.ts";
import { UsageError } from "../errors/errors.ts";
import { EXIT, type ExitCode } from "../errors/exit-codes.ts";
import type { Journal } from "../journal/journal.ts";
import { jobOfProfile } from "../run/job.ts";
import { serveWeb, type WebOptions } from "../web/serve.ts";
import { newToken, readOrMakeToken } from "../web/token.ts";
import type { WebCommandOptions } from "./commands/web.ts";
import { readConfiguration } from "./configuration.ts";
import { openLog } from "./log.ts";
import { print } from "./output.ts";
import { stopOnSignals } from "./stop-signals.ts";

/** `bakup web`: serves the page until a signal stops it. Callbacks are told when it opens and closes. */
export async function runWeb(options: WebCommandOptions): Promise<ExitCode> {
  const listen = readPlace(options);
  const callbacks = readConfiguration(options.config).flatMap((profile) => {
    const { callback } = jobOfProfile(profile, { dryRun: false, timed: false });
    return callback === undefined ? [] : [callback];
  });
  const token = "socket" in listen ? undefined : tokenOf(options);
  const journal = openLog(options);
  const { signal, release } = stopOnSignals();
  try {
    const web = await serveWeb({ profiles: () => readConfiguration(options.config), listen, token });
    try {
      announce(web.url, { journal, token, options });
      await tellAll(callbacks, REASON.pageOpened, journal);
      await untilAborted(signal);
      await tellAll(callbacks, REASON.pageClosed, journal);
    } finally {
      await web.close();
    }
    return EXIT.done;
  } finally {
    release();
  }
}

function readPlace({ listen, port, socket }: WebCommandOptions): WebOptions["listen"] {
  if (socket !== undefined) {
    return { socket };
  }
  if (isIP(listen) === 0) {
    throw new UsageError(`--listen takes an IP address, not "${listen}"`, { hint: "127.0.0.1 is this machine alone" });
  }
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new UsageError(`--port takes a number from 0 to 65535, not "${port}"`);
  }
  return { address: listen, port: Number(port) };
}

/** A service needs a secret that people can look up; on a terminal a new one each time is safer. */
function tokenOf({ tokenFile }: WebCommandOptions): string {
  if (tokenFile === undefined && !isatty(1)) {
    throw new UsageError("without a terminal nobody could see the token", {
      hint: "name a file for it with --token-file, or use --socket",
    });
  }
  return tokenFile === undefined ? newToken() : readOrMakeToken(tokenFile);
}

/** The address holds the secret: it is shown on a terminal only. */
function announce(
  url: string,
  { journal, token, options }: { journal: Journal; token: string | undefined; options: WebCommandOptions },
): void {
  if (isatty(1)) {
    print(url);
  }
  const where = token === undefined ? url : url.replace(/\?.*$/, "");
  const how = options.tokenFile === undefined ? "" : `; its token is in ${options.tokenFile}`;
  journal.event("pageServed", { url: where, how });
}

async function tellAll(callbacks: readonly Callback[], reason: Reason, journal: Journal): Promise<void> {
  for (const callback of callbacks) {
    const outcome = await callCallback(callback, reason, [], {
      onLine: (_, line) => journal.event("callbackOutput", { line }),
    });
    if (outcome.kind !== "returned" || outcome.code !== 0) {
      journal.event("warning", { text: `the callback ${callback.path} failed for reason ${reason}` });
    }
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
