import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { describeError } from "../../errors/describe.ts";
import type { PoolConfig } from "../config/model.ts";
import { ActionError } from "../errors.ts";
import { sha256Of } from "../sha256.ts";
import { readCredentials } from "./credentials.ts";

const MIB = 1024 * 1024;
const LEAST_PART_BYTES = 16 * MIB;
const MOST_PARTS = 9_999;
/** So many parts are in memory at the same time. */
const PARALLEL_PARTS = 3;

export interface StoredObject {
  sizeBytes: number;
  /** As it was recorded when it was uploaded; not a proof of what is there. */
  sha256: string | undefined;
}

/** A file on its way into the bucket. */
export interface Upload {
  key: string;
  file: string;
  sizeBytes: number;
  sha256: string;
}

/** The calls that bakup makes to a bucket. Every failure is an ActionError that says what was tried. */
export interface Bucket {
  list(prefix: string): Promise<string[]>;
  /** Undefined when there is no such object. */
  look(key: string): Promise<StoredObject | undefined>;
  /** Reads the object, and says what its SHA-256 is. */
  readSha256(key: string): Promise<string>;
  /** The object that was there stays until all of the new one has arrived. */
  upload(upload: Upload): Promise<void>;
  remove(key: string): Promise<void>;
  /** Ends uploads of many parts that an earlier run left unfinished. @returns how many there were. */
  removeUnfinished(prefix: string): Promise<number>;
  close(): void;
}

/** Connects to the bucket of the configuration, with the SDK of AWS, which is loaded only now. */
export async function openBucket(settings: NonNullable<PoolConfig["s3"]>, signal: AbortSignal): Promise<Bucket> {
  // The package is pinned to a version that runs here; a notice for its developers is no news for a backup's log.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  const sdk = await import("./sdk.ts");
  const { endpoint, region, pathStyle, credentials } = settings;
  const [name = ""] = settings.s3Bucket.split("/");
  const client = new sdk.S3Client({
    region,
    forcePathStyle: pathStyle,
    ...(endpoint === undefined ? {} : { endpoint, requestChecksumCalculation: "WHEN_REQUIRED" as const }),
    ...(credentials === undefined ? {} : { credentials: readCredentials(credentials) }),
  });
  const abort = { abortSignal: signal };
  const inBucket = { Bucket: name };
  return {
    list: (prefix) =>
      attempt(`list ${prefix}`, async () => {
        const keys: string[] = [];
        let from: string | undefined;
        do {
          const command = new sdk.ListObjectsV2Command({ ...inBucket, Prefix: prefix, ContinuationToken: from });
          const page = await client.send(command, abort);
          keys.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []));
          from = page.NextContinuationToken;
        } while (from !== undefined);
        return keys;
      }),
    look: (key) =>
      attempt(`look at ${key}`, async () => {
        try {
          const head = await client.send(new sdk.HeadObjectCommand({ ...inBucket, Key: key }), abort);
          return { sizeBytes: head.ContentLength ?? 0, sha256: head.Metadata?.sha256 };
        } catch (error) {
          if (error instanceof Error && error.name === "NotFound") {
            return undefined;
          }
          throw error;
        }
      }),
    readSha256: (key) =>
      attempt(`read ${key} back`, async () => {
        const { Body } = await client.send(new sdk.GetObjectCommand({ ...inBucket, Key: key }), abort);
        return sha256Of(Body instanceof Readable ? Body : Readable.from([]));
      }),
    upload: ({ key, file, sizeBytes, sha256 }) =>
      attempt(`upload ${file}`, async () => {
        const upload = new sdk.Upload({
          client,
          params: { ...inBucket, Key: key, Body: createReadStream(file), Metadata: { sha256 } },
          partSize: Math.max(LEAST_PART_BYTES, Math.ceil(sizeBytes / MOST_PARTS)),
          queueSize: PARALLEL_PARTS,
        });
        const stop = () => void upload.abort();
        signal.addEventListener("abort", stop, { once: true });
        try {
          await upload.done();
        } finally {
          signal.removeEventListener("abort", stop);
        }
      }),
    remove: (key) =>
      attempt(`remove ${key}`, async () => {
        await client.send(new sdk.DeleteObjectCommand({ ...inBucket, Key: key }), abort);
      }),
    removeUnfinished: (prefix) =>
      attempt("end unfinished uploads", async () => {
        const page = await client.send(new sdk.ListMultipartUploadsCommand({ ...inBucket, Prefix: prefix }), abort);
        const unfinished = page.Uploads ?? [];
        for (const { Key, UploadId } of unfinished) {
          await client.send(new sdk.AbortMultipartUploadCommand({ ...inBucket, Key, UploadId }), abort);
        }
        return unfinished.length;
      }),
    close: () => client.destroy(),
  };

  async function attempt<T>(what: string, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      const kind = error instanceof Error && error.name !== "Error" ? `${error.name}: ` : "";
      throw new ActionError(`S3 bucket ${name}: cannot ${what}: ${kind}${describeError(error)}`, { cause: error });
    }
  }
}
