import { type ClientRequest, request as requestPlainly } from "node:http";
import { request as requestSafely } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { BakupError, ConfigurationError } from "../errors/errors.ts";
import { readSecret, type SecretSource } from "./secret.ts";

/** An address on the web, or where a secret one lies. */
export type AddressSource = `http://${string}` | `https://${string}` | SecretSource;

/** So long may the other side take in all, a second try included. */
const LIMIT_MS = 10_000;
const RETRY_AFTER_MS = 1000;

class RequestError extends BakupError {}

/** The other side could not be asked or had trouble of its own: another try may do better. */
class PassingError extends RequestError {}

/** @throws ConfigurationError, which never repeats a secret address. */
export function readAddress(source: AddressSource): URL {
  const text = /^(file|credential):/.test(source) ? readSecret(source as SecretSource) : source;
  try {
    const url = new URL(text);
    if (url.protocol === "http:" || url.protocol === "https:") {
      return url;
    }
  } catch {
    // Said below.
  }
  throw new ConfigurationError(`what ${source} holds is no address that begins with http:// or https://`);
}

/**
 * Posts a text and wants a yes (2xx). Tries a second time where that may help; takes 10 seconds at most.
 * @throws RequestError that names the host only: the rest of an address may be a secret.
 */
export async function post(url: URL, body: string, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  const limit = AbortSignal.timeout(LIMIT_MS);
  try {
    await postOnce(url, { body, headers, limit });
  } catch (error) {
    if (!(error instanceof PassingError) || limit.aborted) {
      throw error;
    }
    await sleep(RETRY_AFTER_MS);
    await postOnce(url, { body, headers, limit });
  }
}

function postOnce(
  url: URL,
  { body, headers, limit }: { body: string; headers: Readonly<Record<string, string>>; limit: AbortSignal },
): Promise<void> {
  const send = url.protocol === "https:" ? requestSafely : requestPlainly;
  const bytes = Buffer.from(body);
  return new Promise((resolve, reject) => {
    const fail = (text: string) => reject(new PassingError(`${url.host}: ${text}`));
    const giveUp = () => fail(`no answer within ${LIMIT_MS / 1000} seconds`);
    const request: ClientRequest = send(url, {
      method: "POST",
      agent: false,
      signal: limit,
      headers: { "User-Agent": "bakup", "Content-Length": bytes.length, ...headers },
    });
    request.on("error", (error) => (limit.aborted ? giveUp() : fail(error.message)));
    request.on("response", (response) => {
      const { statusCode = 0, statusMessage = "" } = response;
      response.destroy();
      if (statusCode >= 200 && statusCode < 300) {
        resolve();
      } else {
        const answer = `${url.host} answered ${statusCode} ${statusMessage}`.trim();
        reject(statusCode >= 500 ? new PassingError(answer) : new RequestError(answer));
      }
    });
    request.end(bytes);
  });
}
