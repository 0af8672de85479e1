import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "../errors/describe.ts";
import { ConfigurationError, FailedToUnlockError } from "../errors/errors.ts";
import type { CrypttabEntry } from "./crypttab.ts";

/** Where the key of a disk comes from. */
export type KeySource =
  | { kind: "crypttab" }
  | { kind: "ask" }
  | { kind: "file"; path: string }
  | { kind: "credential"; name: string };

/** Reads "ask", "file:/PATH" and "credential:NAME"; without a setting /etc/crypttab decides. */
export function parseKeySource(text: string | undefined): KeySource {
  const [, kind, rest = ""] = /^(file|credential):(.+)$/.exec(text ?? "") ?? [];
  if (kind === "file") {
    return { kind, path: rest };
  }
  if (kind === "credential") {
    return { kind, name: rest };
  }
  return { kind: text === "ask" ? "ask" : "crypttab" };
}

/**
 * What to do for the key of a disk. Without a setting and without a key file in /etc/crypttab, a person is asked; where
 * there is none the run fails at once instead of waiting for one.
 * @throws FailedToUnlockError
 */
export function settleKeySource(
  source: KeySource,
  { entry, interactive }: { entry: CrypttabEntry | undefined; interactive: boolean },
): KeySource {
  if (source.kind !== "crypttab") {
    return source;
  }
  const { name, keyFile } = entry ?? {};
  if (keyFile !== undefined && isMissing(keyFile)) {
    throw new FailedToUnlockError(`/etc/crypttab names the key file ${keyFile} for ${name}, and there is none`, {
      hint: "put the key file in its place, or name another key: key in [disk]",
    });
  }
  if (keyFile !== undefined || entry?.options.some((option) => option.startsWith("keyscript="))) {
    return source;
  }
  if (!interactive) {
    throw new FailedToUnlockError("nothing holds the passphrase of the disk, and nobody is there to be asked", {
      hint: "name the key: key in [disk] (ask, to ask all the same), or a key file in /etc/crypttab",
    });
  }
  return { kind: "ask" };
}

/** Whether udisks2 would stumble over the entry, whatever key it is given. */
export function namesMissingKey(entry: CrypttabEntry | undefined): boolean {
  return entry?.keyFile !== undefined && isMissing(entry.keyFile);
}

/** The bytes of a key, just as they are in the file. @throws ConfigurationError */
export function readKey(
  source: Extract<KeySource, { kind: "file" | "credential" }>,
  env: NodeJS.ProcessEnv = process.env,
): Buffer {
  const path = source.kind === "file" ? source.path : credentialPath(source.name, env);
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ConfigurationError(`cannot read the key of the disk in ${path}: ${errnoOf(error)}`, {
      hint: "see key in [disk]",
    });
  }
}

function credentialPath(name: string, env: NodeJS.ProcessEnv): string {
  if (!env.CREDENTIALS_DIRECTORY) {
    throw new ConfigurationError(`the credential ${name} is not there: $CREDENTIALS_DIRECTORY is not set`, {
      hint: `run bakup from its systemd unit with LoadCredential=${name}, or name a file: key = file:/PATH`,
    });
  }
  return join(env.CREDENTIALS_DIRECTORY, name);
}

function isMissing(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}
