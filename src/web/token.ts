import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readFileSync, writeSync } from "node:fs";
import { describeError, errnoOf } from "../errors/describe.ts";
import { BakupError } from "../errors/errors.ts";

const LEAST_LENGTH = 20;

/** The secret that opens the page: of a file, which is made with a random one when it is missing. @throws BakupError */
export function readOrMakeToken(file: string): string {
  try {
    return checkToken(file, openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW));
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") {
      throw error instanceof BakupError ? error : cannotUse(file, describeError(error));
    }
  }
  try {
    const token = newToken();
    const fd = openSync(file, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
    writeSync(fd, `${token}\n`);
    closeSync(fd);
    return token;
  } catch (error) {
    throw cannotUse(file, describeError(error));
  }
}

export function newToken(): string {
  return randomBytes(24).toString("base64url");
}

/** Compares in a time that says nothing of where two secrets differ. */
export function isSameSecret(a: string, b: string): boolean {
  const [first, second] = [a, b].map((text) => createHmac("sha256", "compare").update(text).digest());
  return first !== undefined && second !== undefined && timingSafeEqual(first, second);
}

/** A secret for one purpose that tells nothing of the token it is made from. */
export function derive(token: string, purpose: "session" | "form"): string {
  return createHmac("sha256", token).update(purpose).digest("base64url");
}

function checkToken(file: string, fd: number): string {
  try {
    const { mode } = fstatSync(fd);
    if ((mode & 0o077) !== 0) {
      throw cannotUse(file, "others may read it");
    }
    const token = readFileSync(fd, "utf8").trim();
    if (token.length < LEAST_LENGTH) {
      throw cannotUse(file, `it holds fewer than ${LEAST_LENGTH} characters`);
    }
    return token;
  } finally {
    closeSync(fd);
  }
}

function cannotUse(file: string, reason: string): BakupError {
  return new BakupError(`the token file ${file} cannot be used: ${reason}`, {
    hint: `remove it, and a new one is made; only its owner may read it: chmod 600 ${file}`,
  });
}
