import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Destination } from "../../src/destination/destination.ts";
import { createTunnel } from "../../src/ssh/tunnel.ts";
import { parseTunnelSpec } from "../../src/ssh/tunnel-spec.ts";
import { startBakup, until } from "../run/child.ts";
import { makePlace, runHere } from "../run/make-job.ts";
import { compareTrees } from "../store/compare-trees.ts";
import { daemonJob, startDaemon } from "./daemon-host.ts";
import { type FarHost, freePort, startFarHost } from "./far-host.ts";
import { slowRsync } from "./slow-rsync.ts";

async function prepare(t: TestContext) {
  const place = makePlace(t);
  const host = await startFarHost(t, place.top);
  const daemon = await startDaemon(t, place.top);
  const ssh = {
    username: null,
    hostname: "127.0.0.1",
    options: host.reach.sshOptions ?? [],
    identity: host.reach.identity,
  };
  return { place, host, daemon, ssh };
}

const connectionsOf = ({ knownHosts }: FarHost) => processesOf(knownHosts);

/** The processes whose command lines mention a path. */
function processesOf(path: string): string {
  try {
    return execFileSync("pgrep", ["-f", path], { encoding: "utf8" });
  } catch {
    return "";
  }
}

for (const [text, expected] of [
  ["gate", { username: null, hostname: "gate" }],
  ["me@gate:2222", { username: "me", hostname: "gate", port: 2222 }],
  ["me@x.org@gate", { username: "me@x.org", hostname: "gate" }],
  ["[fe80::1]:22", { username: null, hostname: "fe80::1", port: 22 }],
] as const) {
  test(`the tunnel ${text} is read`, () => assert.deepEqual(parseTunnelSpec(text), expected));
}

for (const text of ["", "-oProxyCommand=x", "me@-x", "gate:0", "gate:65536", "gate:x", "a b", "::1", "@gate"]) {
  test(`the tunnel "${text}" is refused`, () => assert.throws(() => parseTunnelSpec(text), /cannot be read/));
}

test("the transfer goes through the tunnel whatever host the location names, and nothing of it stays", async (t) => {
  const { place, host, daemon, ssh } = await prepare(t);
  const tunnel = createTunnel(ssh, daemon.port);
  const job = daemonJob(place, daemon, { reach: { tunnel } });
  const destination = { ...job.destination, hostname: "no-such-host.invalid" } as typeof job.destination;
  for (const change of ["", "echo 2 >file; rm folder/other"]) {
    execFileSync("sh", ["-c", change], { cwd: place.source });
    const report = await runHere({ ...job, destination });
    assert.equal(report.exitCode, 0, report.message);
    assert.deepEqual(compareTrees(place.source, join(daemon.path, "laptop")), []);
    assert.equal(connectionsOf(host), "");
  }
});

test("a key that may forward this one port and nothing else is enough", async (t) => {
  const { place, host, daemon, ssh } = await prepare(t);
  host.allowKey(`restrict,port-forwarding,permitopen="localhost:${daemon.port}",command="/usr/sbin/nologin"`);
  const report = await runHere(daemonJob(place, daemon, { reach: { tunnel: createTunnel(ssh, daemon.port) } }));
  assert.equal(report.exitCode, 0, report.message);
  await assert.rejects(createTunnel(ssh, host.port).open(), /no rsync daemon answers/);
});

test("a Destination with a tunnel: its port is the tunnel's, and it opens and closes it", async (t) => {
  const { host, daemon, ssh } = await prepare(t);
  const sshTunnel = createTunnel(ssh, daemon.port);
  const destination = new Destination({ expression: "h::backup/x", sshTunnel });
  assert.equal(destination.portNumber, sshTunnel.localPort);
  await destination.open();
  const modules = execFileSync("rsync", [`rsync://127.0.0.1:${destination.portNumber}/`], { encoding: "utf8" });
  assert.match(modules, /backup/);
  await destination.open();
  await destination.close();
  assert.equal(connectionsOf(host), "");
});

test("no daemon at the other end, and no way in", async (t) => {
  const { place, host, ssh, daemon } = await prepare(t);
  const nobody = createTunnel(ssh, await freePort());
  await assert.rejects(nobody.open(), /no rsync daemon answers on port \d+ of 127\.0\.0\.1/);
  assert.equal(connectionsOf(host), "");
  writeFileSync(host.knownHosts, "");
  const report = await runHere(daemonJob(place, daemon, { reach: { tunnel: createTunnel(ssh, daemon.port) } }));
  assert.equal(report.exitCode, 5);
  assert.match(report.message, /the host key of 127\.0\.0\.1 is not known here/);
});

test("a tunnel that breaks in the middle is opened again", async (t) => {
  const { place, host, daemon, ssh } = await prepare(t);
  slowRsync(t, place.top);
  writeFileSync(join(place.source, "large"), Buffer.alloc(1_500_000, "abcdefg"));
  let cut = 0;
  const onProgress = ({ bytes }: { bytes: number }) => {
    cut ||= bytes > 100_000 ? host.cutConnections() : 0;
  };
  const reach = { tunnel: createTunnel(ssh, daemon.port), retrySeconds: [0.2, 0.5, 1] };
  const report = await runHere(daemonJob(place, daemon, { reach }), { observer: { onProgress } });
  assert.ok(cut > 0);
  assert.equal(report.exitCode, 0, report.message);
  assert.deepEqual(compareTrees(place.source, join(daemon.path, "laptop")), []);
});

/** A configuration with a profile whose daemon is behind the tunnel. */
function writeProfile(place: ReturnType<typeof makePlace>, host: FarHost, daemonPort: number): string {
  const config = join(place.top, "bakup.conf");
  const options = (host.reach.sshOptions ?? []).map((option) => `ssh_option[] = ${option}\n`).join("");
  writeFileSync(
    config,
    `[profile]\nname = laptop\n[source]\npath = ${place.source}\nexcluded_root[] = /proc/\n[destination]\n` +
      `location = rsync://elsewhere.invalid:${daemonPort}/backup/laptop\ntunnel = 127.0.0.1\n` +
      `identity = ${host.reach.identity}\n${options}`,
  );
  return config;
}

for (const signal of ["SIGTERM", "SIGKILL"] as const) {
  test(`the tunnel of a profile ends with its run, also after ${signal}`, async (t) => {
    const { place, host, daemon } = await prepare(t);
    mkdirSync(join(daemon.path, "laptop"));
    writeFileSync(join(place.source, "large"), Buffer.alloc(3_000_000, "abcdefg"));
    const config = writeProfile(place, host, daemon.port);
    const PATH = slowRsync(t, place.top, 400);
    const child = startBakup(["run", "--config", config, "--log-format", "human"], { env: { PATH } });
    await until(() => connectionsOf(host) !== "", { what: "the tunnel" });
    await new Promise((resolve) => setTimeout(resolve, 500));
    process.kill(child.pid, signal);
    const { code, stderr } = await child.ended;
    assert.equal(code, signal === "SIGTERM" ? 143 : null, stderr);
    await until(() => connectionsOf(host) === "", { what: "the end of the tunnel" });
    await until(() => processesOf(place.source) === "", {
      what: "the end of the orphaned rsync, which holds the lock",
    });
    const next = await startBakup(["run", "--config", config, "--log-format", "human"], {
      env: { PATH: PATH.slice(PATH.indexOf(":") + 1) },
    }).ended;
    assert.equal(next.code, 0, next.stderr);
    assert.deepEqual(compareTrees(place.source, join(daemon.path, "laptop")), []);
    assert.equal(connectionsOf(host), "");
  });
}

test("--tunnel is for daemons", async (t) => {
  const place = makePlace(t);
  for (const destination of [place.mirror, `h:${place.mirror}`]) {
    const ended = await startBakup(["backup", "-b", "--tunnel", "gate", place.source, destination], {}).ended;
    assert.equal(ended.code, 64);
    assert.match(ended.stderr, /a tunnel leads to an rsync daemon/);
  }
});
