import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { findAccount } from "../../src/pool/account.ts";
import { freePort } from "./sshd.ts";

/** A folder that belongs to a system user. */
function folderOf(user: string): string {
  const folder = mkdtempSync(join(tmpdir(), `bakup-pool-${user}-`));
  const account = findAccount(user);
  chmodSync(folder, 0o711);
  chownSync(folder, account?.uid ?? 0, account?.gid ?? 0);
  return folder;
}

/** A PostgreSQL server of our own, which asks for a password. @returns how to reach it. */
export async function startPostgresql(
  test: TestContext,
): Promise<{ port: number; sql(database: string, text: string): string }> {
  const folder = folderOf("postgres");
  const bin = execFileSync("sh", ["-c", "ls -d /usr/lib/postgresql/*/bin | tail -1"], { encoding: "utf8" }).trim();
  const port = await freePort();
  const asPostgres = (line: string) =>
    execFileSync("runuser", ["-u", "postgres", "--", "sh", "-c", line], { cwd: "/", stdio: "pipe" });
  asPostgres(`echo hunter2 > ${folder}/password`);
  asPostgres(`${bin}/initdb -D ${folder}/data -A scram-sha-256 --pwfile=${folder}/password -U postgres --no-sync`);
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off`;
  asPostgres(`${bin}/pg_ctl -D ${folder}/data -o '${options}' -l ${folder}/log -w start`);
  test.after(() => {
    asPostgres(`${bin}/pg_ctl -D ${folder}/data -m immediate stop`);
    rmSync(folder, { recursive: true, force: true });
  });
  const access = ["-h", "127.0.0.1", "-p", String(port), "-U", "postgres", "-v", "ON_ERROR_STOP=1", "-qAt"];
  const env = { ...process.env, PGPASSWORD: "hunter2" };
  return {
    port,
    sql: (database, text) => execFileSync("psql", [...access, "-d", database], { input: text, env, encoding: "utf8" }),
  };
}

/** A MariaDB server of our own, whose root has a password. */
export async function startMariadb(test: TestContext): Promise<{ socket: string; sql(text: string): string }> {
  const folder = folderOf("mysql");
  const socket = join(folder, "socket");
  const data = `--datadir=${folder}/data`;
  execFileSync(
    "mariadb-install-db",
    ["--no-defaults", "--user=mysql", data, "--auth-root-authentication-method=normal", "--skip-test-db"],
    { stdio: "pipe" },
  );
  const server = spawn(
    "mariadbd",
    ["--no-defaults", "--user=mysql", data, "--skip-networking", `--socket=${socket}`, `--pid-file=${folder}/pid`],
    { stdio: "ignore" },
  );
  test.after(async () => {
    server.kill("SIGKILL");
    await once(server, "exit");
    rmSync(folder, { recursive: true, force: true });
  });
  const access = ["--no-defaults", "-S", socket, "-u", "root"];
  for (;;) {
    try {
      execFileSync("mariadb", [...access, "-e", "set password = password('hunter2')"], { stdio: "pipe" });
      break;
    } catch (error) {
      if (server.exitCode !== null) {
        throw error;
      }
      await sleep(100);
    }
  }
  return {
    socket,
    sql: (text) => execFileSync("mariadb", [...access, "-phunter2", "-N"], { input: text, encoding: "utf8" }),
  };
}
