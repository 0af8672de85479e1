import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./sshd.ts";

export interface Swift {
  endpoint: string;
  accessKey: string;
  secretKey: string;
  stop(): Promise<void>;
}

type Kind = "account" | "container" | "object";

const KINDS: readonly Kind[] = ["account", "container", "object"];

/** OpenStack Swift with its S3 interface, on ports of its own, in a folder that is removed when it is stopped. */
export async function startSwift(): Promise<Swift> {
  const folder = mkdtempSync(join(tmpdir(), "bakup-pool-swift-"));
  chmodSync(folder, 0o755);
  const etc = join(folder, "etc");
  mkdirSync(etc);
  mkdirSync(join(folder, "node/d1"), { recursive: true });
  const ports = { account: await freePort(), container: await freePort(), object: await freePort() };
  const memcached = await freePort();
  const proxy = await freePort();
  for (const kind of KINDS) {
    writeFileSync(join(etc, `${kind}.conf`), storageServer(kind, { folder, port: ports[kind] }));
    const ring = (...words: string[]) =>
      execFileSync("swift-ring-builder", [join(etc, `${kind}.builder`), ...words], { cwd: etc, stdio: "pipe" });
    ring("create", "4", "1", "0");
    ring("add", `r1z1-127.0.0.1:${ports[kind]}/d1`, "1");
    ring("rebalance");
  }
  writeFileSync(join(etc, "proxy.conf"), proxyServer({ folder, port: proxy, memcached }));
  execFileSync("chown", ["-R", "swift", folder]);
  const start = (...words: string[]) => spawn(words[0] ?? "", words.slice(1), { stdio: "ignore", detached: true });
  const servers = [
    start("memcached", "-l", "127.0.0.1", "-p", String(memcached), "-u", "nobody"),
    ...[...KINDS, "proxy"].map((kind) => start(`swift-${kind}-server`, join(etc, `${kind}.conf`))),
  ];
  const endpoint = `http://127.0.0.1:${proxy}`;
  await untilItAnswers(endpoint, servers);
  return {
    endpoint,
    accessKey: "test:tester",
    secretKey: "testing",
    stop: async () => {
      await Promise.all(servers.map(end));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilItAnswers(endpoint: string, servers: readonly ChildProcess[]): Promise<void> {
  for (;;) {
    if (servers.some(({ exitCode }) => exitCode !== null)) {
      throw new Error("a server of Swift has ended");
    }
    try {
      const headers = { "X-Storage-User": "test:tester", "X-Storage-Pass": "testing" };
      const { headers: got } = await fetch(`${endpoint}/auth/v1.0`, { headers });
      const account = await fetch(`${endpoint}/v1/AUTH_test`, {
        headers: { "X-Auth-Token": got.get("x-auth-token") ?? "" },
      });
      if (account.ok) {
        return;
      }
    } catch {
      // It does not listen yet.
    }
    await sleep(100);
  }
}

async function end(server: ChildProcess): Promise<void> {
  if (server.pid !== undefined && server.exitCode === null) {
    process.kill(-server.pid, "SIGKILL");
    await once(server, "exit");
  }
}

function storageServer(kind: Kind, { folder, port }: { folder: string; port: number }): string {
  return `[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${port}
workers = 0
user = swift
swift_dir = ${folder}/etc
devices = ${folder}/node
mount_check = false
disable_fallocate = true
log_level = CRITICAL
[pipeline:main]
pipeline = ${kind}-server
[app:${kind}-server]
use = egg:swift#${kind}
`;
}

function proxyServer({ folder, port, memcached }: { folder: string; port: number; memcached: number }): string {
  return `[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${port}
workers = 0
user = swift
swift_dir = ${folder}/etc
log_level = CRITICAL
[pipeline:main]
pipeline = catch_errors proxy-logging cache listing_formats s3api tempauth bulk slo dlo proxy-logging proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:proxy-logging]
use = egg:swift#proxy_logging
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:${memcached}
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
s3_acl = false
location = us-east-1
min_segment_size = 5242880
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:bulk]
use = egg:swift#bulk
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
`;
}
