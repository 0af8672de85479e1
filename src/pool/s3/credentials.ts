import { readFileSync } from "node:fs";
import { describeError } from "../../errors/describe.ts";
import { ActionError } from "../errors.ts";
import { secretPath } from "../secret.ts";

export interface S3Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** Reads a file as ~/.aws/credentials is written; which section the keys are in does not matter. Never shows a value. */
export function readCredentials(source: string): S3Credentials {
  const file = secretPath(source);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new ActionError(`cannot read the credentials for S3: ${describeError(error)}`);
  }
  const values = new Map(
    text.split("\n").flatMap((line): [string, string][] => {
      const [, key, value] = /^\s*(aws_\w+)\s*=\s*(\S+)\s*$/.exec(line) ?? [];
      return key === undefined || value === undefined ? [] : [[key, value]];
    }),
  );
  const accessKeyId = values.get("aws_access_key_id");
  const secretAccessKey = values.get("aws_secret_access_key");
  const sessionToken = values.get("aws_session_token");
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new ActionError(`${file} lacks aws_access_key_id or aws_secret_access_key`);
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}
