import { readFileSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "../errors/describe.ts";
import { ConfigurationError } from "../errors/errors.ts";

/** Where a secret lies: `file:/PATH` or `credential:NAME`. */
export type SecretSource = `file:${string}` | `credential:${string}`;

/** The secret's first line. @throws ConfigurationError, which names the place and never the secret. */
export function readSecret(source: SecretSource, env: NodeJS.ProcessEnv = process.env): string {
  const path = pathOf(source, env);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new ConfigurationError(`the secret in ${path} cannot be read: ${errnoOf(error)}`, {
      hint: "see that the file is there and belongs to the user who backs up",
    });
  }
  const [line = ""] = text.split("\n");
  if (line.trim() === "") {
    throw new ConfigurationError(`the secret in ${path} is empty`, { hint: "it belongs on the first line" });
  }
  return line.trim();
}

function pathOf(source: SecretSource, env: NodeJS.ProcessEnv): string {
  const [kind, ...rest] = source.split(":");
  const place = rest.join(":");
  if (kind === "file") {
    return place;
  }
  if (!env.CREDENTIALS_DIRECTORY) {
    throw new ConfigurationError(`the credential ${place} is not there: $CREDENTIALS_DIRECTORY is not set`, {
      hint: `run bakup from its systemd unit with LoadCredential=${place}, or name a file: file:/PATH`,
    });
  }
  return join(env.CREDENTIALS_DIRECTORY, place);
}
