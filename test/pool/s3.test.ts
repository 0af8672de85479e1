import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { after, before, type TestContext, test } from "node:test";
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { StoppedError } from "../../src/errors/errors.ts";
import { makePlace, needsRoot, type Place } from "./place.ts";
import { freePort } from "./sshd.ts";
import { type Swift, startSwift } from "./swift.ts";

let swift: Swift;
let client: S3Client;

before(async () => {
  if (needsRoot.skip !== false) {
    return;
  }
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  swift = await startSwift();
  client = new S3Client({
    endpoint: swift.endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId: swift.accessKey, secretAccessKey: swift.secretKey },
  });
});

after(async () => {
  client?.destroy();
  await swift?.stop();
});

interface S3Place extends Place {
  bucket: string;
  stageDay(day: string, files: Readonly<Record<string, string | Buffer>>): void;
  keys(): Promise<string[]>;
  object(key: string): Promise<Buffer>;
}

const TODAY = "2026/11/25";

/** A bucket of its own, with a folder in it, and a staging directory. */
async function withBucket(
  t: TestContext,
  keys = "",
  { endpoint = swift.endpoint, secret = swift.secretKey } = {},
): Promise<S3Place> {
  const place = makePlace(t);
  const bucket = `bakup-${randomBytes(6).toString("hex")}`;
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  place.write("credentials", `[default]\naws_access_key_id = ${swift.accessKey}\naws_secret_access_key = ${secret}\n`);
  place.configure(
    `[stage]\nstaging_dir = @/stage\n[peer-a]\ntype = local\ncollect_dir = @/a\n
     [s3]\ns3_bucket = ${bucket}/office\nendpoint = ${endpoint}\npath_style = yes\ncredentials = @/credentials\n${keys}\n`,
  );
  return {
    ...place,
    bucket,
    stageDay: (day, files) => {
      for (const [name, content] of Object.entries(files)) {
        place.write(`stage/${day}/${name}`, content);
      }
      place.write(`stage/${day}/cback.stage`, "");
    },
    keys: async () => {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
      return Contents.map(({ Key = "" }) => Key).sort();
    },
    object: async (key) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    },
  };
}

test(
  "a day round trip, with 100 MiB in parts, an empty file and an odd name; what the day has no more goes at the end",
  needsRoot,
  async (t) => {
    const place = await withBucket(t);
    const large = randomBytes(100 * 1024 * 1024);
    place.stageDay(TODAY, {
      "web/large.tar.gz": large,
      "web/odd name+é.tar": "odd",
      "web/empty.tar": "",
      "web/cback.collect": "",
    });
    await client.send(
      new PutObjectCommand({ Bucket: place.bucket, Key: `office/${TODAY}/gone/x.tar`, Body: "of an earlier run" }),
    );
    await client.send(
      new PutObjectCommand({ Bucket: place.bucket, Key: `office/2026/11/24/web/x.tar`, Body: "of yesterday" }),
    );
    const { code, screen } = await place.run(["store"]);
    assert.deepEqual([code, screen], [0, []]);
    assert.deepEqual(await place.keys(), [
      "office/2026/11/24/web/x.tar",
      `office/${TODAY}/web/empty.tar`,
      `office/${TODAY}/web/large.tar.gz`,
      `office/${TODAY}/web/odd name+é.tar`,
    ]);
    const hash = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
    assert.equal(hash(await place.object(`office/${TODAY}/web/large.tar.gz`)), hash(large));
    assert.equal((await place.object(`office/${TODAY}/web/odd name+é.tar`)).toString(), "odd");
    assert.ok(place.tree(`stage/${TODAY}`).includes("cback.amazons3"));
  },
);

test("credentials can come from a credential of systemd, or from the environment", needsRoot, async (t) => {
  const place = await withBucket(t);
  const text = readFileSync(place.at("pool.conf"), "utf8");
  const names = ["CREDENTIALS_DIRECTORY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const;
  t.after(() => {
    for (const name of names) {
      delete process.env[name];
    }
  });
  place.stageDay(TODAY, { "web/x.tar": "x" });
  writeFileSync(place.at("pool.conf"), text.replace(/^credentials = .*$/m, "credentials = credential:s3"));
  const without = await place.run(["store"]);
  assert.match(without.screen.join("\n"), /no credentials were handed over/);
  place.write("handed-over/s3", readFileSync(place.at("credentials")));
  process.env.CREDENTIALS_DIRECTORY = place.at("handed-over");
  assert.deepEqual((await place.run(["store"])).screen, []);
  writeFileSync(place.at("pool.conf"), text.replace(/^credentials = .*$/m, ""));
  process.env.AWS_ACCESS_KEY_ID = swift.accessKey;
  process.env.AWS_SECRET_ACCESS_KEY = swift.secretKey;
  assert.deepEqual((await place.run(["rebuild"])).screen, []);
});

test("a wrong secret fails before anything is touched, and is nowhere shown", needsRoot, async (t) => {
  const place = await withBucket(t, "", { secret: "wr0ngsecret" });
  place.stageDay(TODAY, { "web/x.tar": "x" });
  const { code, screen, log } = await place.run(["store"], { debug: true });
  assert.equal(code, 6);
  assert.match(screen.join("\n"), /S3 bucket bakup-\w+: cannot .*SignatureDoesNotMatch/);
  assert.ok(!`${screen}${log}`.includes("wr0ngsecret"));
  assert.deepEqual(await place.keys(), []);
  assert.ok(!place.tree(`stage/${TODAY}`).includes("cback.amazons3"));
});

test(
  "more than the limit is refused before anything is uploaded; the week's first run has a limit of its own",
  needsRoot,
  async (t) => {
    const place = await withBucket(t, "full_size_limit = 3 kB\nincr_size_limit = 1 kB");
    place.stageDay(TODAY, { "web/x.tar": Buffer.alloc(2000) });
    const { code, screen } = await place.run(["store"]);
    assert.equal(code, 6);
    assert.match(screen.join("\n"), /1\.95 KiB are to be uploaded, but the limit is 1\.00 KiB/);
    assert.deepEqual(await place.keys(), []);
    assert.equal((await place.run(["store"], { full: true })).code, 0);
    assert.equal((await place.keys()).length, 1);
  },
);

test(
  "what is in the bucket already is not sent again; a tampered object is found, and replaced",
  needsRoot,
  async (t) => {
    const place = await withBucket(t);
    place.stageDay(TODAY, { "web/x.tar": "as it was", "web/y.tar": "other" });
    assert.equal((await place.run(["store"])).code, 0);
    const Key = `office/${TODAY}/web/x.tar`;
    const Metadata = { sha256: createHash("sha256").update("as it was").digest("hex") };
    await client.send(new PutObjectCommand({ Bucket: place.bucket, Key, Body: "tampered!", Metadata }));
    const purged = `office/${TODAY}/web/purged.tar`;
    await client.send(new PutObjectCommand({ Bucket: place.bucket, Key: purged, Body: "no longer staged" }));
    const { code, log } = await place.run(["rebuild"]);
    assert.equal(code, 0);
    assert.ok((await place.keys()).includes(purged), "a rebuild removes nothing");
    assert.match(
      log,
      /WARNING\] office\/2026\/11\/25\/web\/x\.tar in the bucket is not what was uploaded; it is uploaded again/,
    );
    assert.match(log, /y\.tar is in the bucket already/);
    assert.equal((await place.object(Key)).toString(), "as it was");
  },
);

/** Between bakup and the store: passes all on, but what it is told to let hang, or to change on the way back. */
async function startGoBetween(
  t: TestContext,
  judge: (method: string, url: string) => "pass" | "hang" | "damage",
): Promise<string> {
  const { hostname, port: swiftPort } = new URL(swift.endpoint);
  const server = createServer((incoming, answer) => {
    const { method = "GET", url: path = "/", headers } = incoming;
    const verdict = judge(method, path);
    if (verdict === "hang") {
      incoming.resume();
      return;
    }
    const outgoing = request({ hostname, port: swiftPort, method, path, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 500, response.headers);
      response.on("data", (chunk: Buffer) => answer.write(verdict === "damage" ? chunk.fill("!") : chunk));
      response.on("end", () => answer.end());
    });
    outgoing.on("error", () => answer.destroy());
    incoming.pipe(outgoing);
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${port}`;
}

test(
  "an upload that is interrupted loses nothing on either side, and the next run ends it and goes on",
  needsRoot,
  async (t) => {
    const controller = new AbortController();
    let parts = 0;
    const endpoint = await startGoBetween(t, (method, url) => {
      if (method !== "PUT" || !url.includes("partNumber=") || controller.signal.aborted) {
        return "pass";
      }
      parts += 1;
      if (parts === 3) {
        setImmediate(() => controller.abort(new StoppedError("SIGTERM")));
      }
      return parts < 3 ? "pass" : "hang";
    });
    const place = await withBucket(t, "", { endpoint });
    const large = randomBytes(60 * 1024 * 1024);
    place.stageDay(TODAY, { "web/large.tar": large });
    const Key = `office/${TODAY}/web/large.tar`;
    await client.send(new PutObjectCommand({ Bucket: place.bucket, Key, Body: "of an earlier run" }));
    const { code, screen } = await place.run(["store"], { signal: controller.signal });
    assert.equal(code, 5, screen.join("\n"));
    assert.equal((await place.object(Key)).toString(), "of an earlier run");
    assert.ok(readFileSync(place.at(`stage/${TODAY}/web/large.tar`)).equals(large));
    assert.ok(!place.tree(`stage/${TODAY}`).includes("cback.amazons3"));
    // What a run leaves that is killed before it can end its upload.
    await client.send(new CreateMultipartUploadCommand({ Bucket: place.bucket, Key }));
    assert.equal((await place.run(["store"])).code, 0);
    assert.ok((await place.object(Key)).equals(large));
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: place.bucket }));
    assert.deepEqual(Uploads, []);
  },
);

test(
  "what comes back changed is an error: the day is not marked, and nothing is removed from the bucket",
  needsRoot,
  async (t) => {
    const endpoint = await startGoBetween(t, (method, url) =>
      method === "GET" && url.includes("x.tar") ? "damage" : "pass",
    );
    const place = await withBucket(t, "", { endpoint });
    place.stageDay(TODAY, { "web/x.tar": "content" });
    await client.send(new PutObjectCommand({ Bucket: place.bucket, Key: `office/${TODAY}/web/old.tar`, Body: "old" }));
    const { code, screen } = await place.run(["store"]);
    assert.equal(code, 6);
    assert.match(screen.join("\n"), /web\/x\.tar in the bucket is not what was uploaded/);
    assert.ok((await place.keys()).includes(`office/${TODAY}/web/old.tar`));
    assert.ok(!place.tree(`stage/${TODAY}`).includes("cback.amazons3"));
  },
);

test("with an encrypt_command only what it writes is uploaded, and nothing of it is left", needsRoot, async (t) => {
  const place = await withBucket(t, `encrypt_command = @/encrypt \${input} \${output}`);
  writeFileSync(place.at("encrypt"), '#!/bin/sh\ntr a-z A-Z < "$1" > "$2"\n', { mode: 0o755 });
  place.stageDay(TODAY, { "web/x.tar": "secret", "web/empty.tar": "" });
  assert.deepEqual((await place.run(["store"])).screen, []);
  assert.equal((await place.object(`office/${TODAY}/web/x.tar`)).toString(), "SECRET");
  assert.deepEqual(place.tree("work"), ["bakup-pool.json"]);
  writeFileSync(place.at("encrypt"), "#!/bin/sh\nexit 1\n");
  place.stageDay("2026/11/26", { "web/x.tar": "secret" });
  const { code } = await place.run(["store"], { now: "2026-11-26T03:00:00" });
  assert.equal(code, 6);
  assert.equal((await place.keys()).length, 2);
});

test(
  "the extension amazons3 takes over from the action store, and a bucket that is missing is an error",
  needsRoot,
  async (t) => {
    const place = await withBucket(t, "[action-amazons3]\nindex = 201");
    place.stageDay(TODAY, { "web/x.tar": "x" });
    const store = await place.run(["store"]);
    assert.match(store.screen.join(), /neither \[store\] nor \[s3\]/);
    assert.equal((await place.run(["amazons3"])).code, 0);
    assert.equal((await place.keys()).length, 1);
    writeFileSync(
      place.at("pool.conf"),
      readFileSync(place.at("pool.conf"), "utf8").replace(place.bucket, "no-such-bucket"),
    );
    place.stageDay("2026/11/26", { "web/x.tar": "x" });
    const missing = await place.run(["amazons3"], { now: "2026-11-26T03:00:00" });
    assert.equal(missing.code, 6);
    assert.match(missing.screen.join(), /NoSuchBucket/);
  },
);
