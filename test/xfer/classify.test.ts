import assert from "node:assert/strict";
import { test } from "node:test";
import { classifyRequest } from "../../src/xfer/classify.ts";

const PLAIN = "-logDtpre.iLsfxCIvu";

const CASES: readonly [args: string, kind: string, forbidden?: string][] = [
  [`--server ${PLAIN} . /`, "upload"],
  ["--server -lHogDtpAXrxe.iLsfxCIvu --delete-excluded --numeric-ids . /", "upload"],
  [`--server ${PLAIN} --delete . /nice name/`, "upload"],
  ["--server -vlogDtpre.inLsfxC . /", "upload"],
  ["--server -lB n . /", "upload"],
  [`--server --sender ${PLAIN} . /`, "download"],
  ["--server --sender -de.LsfxCIvu . /", "listing"],
  ["--server --sender -lre.LsfxCIvu --list-only . /", "listing"],
  ["--server -nlogDtpre.iLsfxCIvu --delete . /", "dry-run"],
  ["--server -snlogDtpre.iLsfxCIvu . /", "dry-run"],
  ["--server --dry-run -r . /", "dry-run"],
  [`--server ${PLAIN} --sender . /`, "unclear"],
  ["--server -T --sender -logDtpr . /", "unclear"],
  ["--server -T -n -logDtpr . /", "upload"],
  ["--server -Tn -logDtpr . /", "upload"],
  [`--server ${PLAIN} --temp-dir --dry-run . /`, "unclear"],
  [`--server ${PLAIN} . / --sender`, "unclear"],
  [`--server ${PLAIN} --only-write-batch=X . /`, "unclear"],
  [`--server -s${PLAIN.slice(1)} . /`, "unclear"],
  [`${PLAIN} --server --sender . /`, "unclear"],
  ["", "unclear"],
  [`--server ${PLAIN} --inplace . /`, "upload", "--inplace"],
  [`--server ${PLAIN} --append . /`, "upload", "--append"],
  [`--server ${PLAIN} --append-verify . /`, "upload", "--append-verify"],
  [`--server ${PLAIN} --write-devices --inplace . /`, "upload", "--write-devices"],
  [`--server ${PLAIN} --copy-devices . /`, "upload", "--copy-devices"],
  ["--server --sender -logDtpre.iLsfxCIvu --inplace . /", "download"],
  ["--server -nlogDtpre.iLsfxCIvu --inplace . /", "dry-run"],
];

for (const [args, kind, forbidden] of CASES) {
  test(`"${args}" is: ${kind}${forbidden === undefined ? "" : `, with ${forbidden}`}`, () => {
    const classified = classifyRequest(["rsyncd", ...args.split(" ")]);
    assert.deepEqual(classified, { kind, ...(forbidden === undefined ? {} : { forbidden }) });
  });
}
