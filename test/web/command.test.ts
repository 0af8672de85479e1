import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { freePort } from "../remote/far-host.ts";
import { startBakup, until } from "../run/child.ts";
import { makePlace } from "../run/make-job.ts";

function prepare(place: ReturnType<typeof makePlace>): { config: string; calls: () => string[] } {
  const log = join(place.top, "calls");
  writeFileSync(join(place.top, "callback"), `#!/bin/sh\necho "$@" >> '${log}'\n`, { mode: 0o755 });
  mkdirSync(place.store);
  const config = join(place.top, "bakup.conf");
  writeFileSync(
    config,
    `[profile]\nid = 3\nname = laptop\n[source]\npath = ${place.source}\n[destination]\nlocation = ${place.mirror}\n` +
      `[callback]\npath = ${join(place.top, "callback")}\n`,
    { mode: 0o600 },
  );
  return {
    config,
    calls: () => {
      try {
        return readFileSync(log, "utf8").trim().split("\n");
      } catch {
        return [];
      }
    },
  };
}

test("the callback is told when the page opens and closes; SIGTERM closes it; the token is not in the log", async (t) => {
  const place = makePlace(t);
  const { config, calls } = prepare(place);
  const token = join(place.top, "token");
  const port = String(await freePort());
  const child = startBakup(
    ["web", "--config", config, "--port", port, "--token-file", token, "--log-format", "human"],
    {},
  );
  await until(() => calls().length > 0, { what: "the callback" });
  const opened = await fetch(`http://127.0.0.1:${port}/?token=${readFileSync(token, "utf8").trim()}`, {
    redirect: "manual",
  });
  assert.equal(opened.status, 303);
  const second = await startBakup(["web", "--config", config, "--port", port, "--token-file", token], {}).ended;
  assert.equal(second.code, 5);
  assert.match(second.stderr, /EADDRINUSE/);
  child.process.kill("SIGTERM");
  const { code, stderr } = await child.ended;
  assert.equal(code, 0, stderr);
  assert.deepEqual(calls(), ["3 laptop 5", "3 laptop 6"]);
  assert.match(stderr, /the page is served at http:\/\/127\.0\.0\.1:\d+\/; its token is in/);
  assert.ok(!stderr.includes(readFileSync(token, "utf8").trim()));
});

test("what cannot be served is said at once", async (t) => {
  const place = makePlace(t);
  const { config } = prepare(place);
  for (const [args, message] of [
    [[], /--token-file/],
    [["--listen", "localhost", "--token-file", "/x"], /takes an IP address/],
    [["--port", "70000"], /--port takes a number/],
  ] as const) {
    const { code, stderr } = await startBakup(["web", "--config", config, ...args], {}).ended;
    assert.equal(code, 64, stderr);
    assert.match(stderr, message);
  }
});
