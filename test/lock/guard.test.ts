import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { AlreadyRunningError, BakupError } from "../../src/errors/errors.ts";
import { acquireGuard } from "../../src/lock/guard.ts";
import { defaultRuntimeDirectory } from "../../src/lock/runtime-directory.ts";
import { runCommand, startCommand } from "../../src/process/command.ts";
import { type Contender, startContender } from "./contenders.ts";

const folder = mkdtempSync(join(tmpdir(), "bakup-lock-"));
const runtimeDirectory = join(folder, "run");
const contenders: Contender[] = [];
after(async () => {
  await Promise.all(contenders.map((contender) => contender.kill()));
  rmSync(folder, { recursive: true, force: true });
});

async function contender(store = ""): Promise<Contender> {
  const started = await startContender(runtimeDirectory, store);
  contenders.push(started);
  return started;
}

const guardOf = (key: string) => acquireGuard({ key, runtimeDirectory, describe: "backup of laptop" });

test("in 40 rounds of 6 processes, with a dead lock in the store each time, exactly one wins", async () => {
  const store = join(folder, "store");
  mkdirSync(store);
  const six = await Promise.all(Array.from({ length: 6 }, () => contender(store)));
  for (let round = 1; round <= 40; round += 1) {
    mkdirSync(join(store, "run.lock"));
    utimesSync(join(store, "run.lock"), 1, 1);
    const answers = await Promise.all(six.map((one) => one.tell("take")));
    const won = answers.filter((answer) => answer === "won");
    const refused = answers.filter((answer) =>
      answer.startsWith("lost AlreadyRunningError already running: backup of laptop"),
    );
    assert.deepEqual([won.length, refused.length], [1, 5], `round ${round}: ${answers.join("\n")}`);
    await Promise.all(six.map((one) => one.tell("drop")));
    assert.deepEqual([existsSync(join(store, "run.lock")), existsSync(join(store, "run.json"))], [false, false]);
  }
});

test("the refusal says who holds the lock, since when and what to do, within a second", async () => {
  const holder = await contender();
  assert.equal(await holder.tell("take"), "won");
  const started = Date.now();
  await assert.rejects(guardOf("the store"), (error: unknown) => {
    assert.ok(error instanceof AlreadyRunningError);
    assert.equal(error.exitCode, 2);
    const when = "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d";
    assert.match(
      error.message,
      new RegExp(`^already running: backup of laptop \\(process ${holder.pid}, since ${when}\\)$`),
    );
    assert.equal(error.hint, `wait until it has ended, or stop it: kill ${holder.pid}`);
    return true;
  });
  assert.ok(Date.now() - started < 1000, `${Date.now() - started} ms`);
  await holder.kill();
});

test("after kill -9 both locks are free at once", async () => {
  const store = join(folder, "store of the killed");
  mkdirSync(store);
  const killed = await contender(store);
  const next = await contender(store);
  assert.equal(await killed.tell("take"), "won");
  assert.ok(existsSync(join(store, "run.lock")));
  await killed.kill();
  const started = Date.now();
  assert.equal(await next.tell("take"), "won");
  assert.ok(Date.now() - started < 1000, `${Date.now() - started} ms`);
  await next.tell("drop");
});

test("a program that was handed the descriptor keeps the lock after our release and our death", async () => {
  const guard = await guardOf("handed on");
  const orphan = await startCommand("sleep", ["60"], { inheritFds: [guard.fd], timeoutSeconds: 1.5 });
  guard.release();
  await assert.rejects(guardOf("handed on"), /already running: another process holds the lock/);
  await orphan.ended;
  (await guardOf("handed on")).release();
});

test("an orphan of a killed holder is told apart from the holder", async () => {
  const script = `
    import { spawn } from "node:child_process";
    import { acquireGuard } from "${new URL("../../src/lock/guard.ts", import.meta.url)}";
    const guard = await acquireGuard({ key: "orphan", runtimeDirectory: process.argv[1], describe: "backup of laptop" });
    const child = spawn("sleep", ["60"], { detached: true, stdio: ["ignore", "ignore", "ignore", guard.fd] });
    console.log(child.pid);`;
  const holder = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script, runtimeDirectory], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output] = await once(holder.stdout, "data");
  const orphan = Number(output);
  holder.kill("SIGKILL");
  await once(holder, "exit");
  await assert.rejects(
    guardOf("orphan"),
    /backup of laptop \(process \d+, since .*\) has ended, but a program that it started has not/,
  );
  process.kill(orphan, "SIGKILL");
  await waitUntilGone(orphan);
  (await guardOf("orphan")).release();
});

test("a program that was not handed the descriptor does not keep the lock", async () => {
  const guard = await guardOf("not handed on");
  const bystander = await startCommand("sleep", ["60"], { timeoutSeconds: 1 });
  guard.release();
  (await guardOf("not handed on")).release();
  await bystander.ended;
});

test("keys do not get in each other's way, and one process cannot take a key twice", async () => {
  const [a, b] = await Promise.all([guardOf("a"), guardOf("b")]);
  assert.notEqual(a.file, b.file);
  await assert.rejects(guardOf("a"), AlreadyRunningError);
  a.release();
  a.release();
  (await guardOf("a")).release();
  b.release();
});

test("the guard file is named by the key's digest, private, says who holds it, and stays", async () => {
  const guard = await guardOf("known");
  assert.equal(guard.file, join(runtimeDirectory, "7117fff2d0fd2944.lock"));
  const holder = JSON.parse(readFileSync(guard.file, "utf8"));
  assert.equal(holder.pid, process.pid);
  assert.equal(holder.describe, "backup of laptop");
  assert.equal(holder.bootId, readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
  assert.ok(Math.abs(Date.parse(holder.started) - Date.now()) < 5000);
  assert.equal(statSync(guard.file).mode & 0o777, 0o600);
  assert.equal(statSync(runtimeDirectory).mode & 0o777, 0o700);
  guard.release();
  assert.ok(existsSync(guard.file));
});

test("a guard file that somebody removed is made anew", async () => {
  const guard = await guardOf("removed");
  guard.release();
  unlinkSync(guard.file);
  const again = await guardOf("removed");
  await assert.rejects(guardOf("removed"), AlreadyRunningError);
  again.release();
});

test("rubbish in the guard file does no harm", async () => {
  const guard = await guardOf("rubbish");
  for (const text of ["", "{", "[]", "null", '{"pid":"x"}', '{"pid":1,"started":"never"}']) {
    writeFileSync(guard.file, text);
    await assert.rejects(guardOf("rubbish"), /already running: another process holds the lock/);
  }
  guard.release();
  (await guardOf("rubbish")).release();
});

const directories: [name: string, make: (path: string) => void, message: RegExp][] = [
  ["that is a link", (path) => symlinkSync(runtimeDirectory, path), /it is a link/],
  ["that is a file", (path) => writeFileSync(path, ""), /cannot create the folder/],
];
if (process.geteuid?.() === 0) {
  const give = (path: string) => {
    mkdirSync(path);
    chownSync(path, 65_534, 65_534);
  };
  directories.push(["of another user", give, /it belongs to another user/]);
}

for (const [name, make, message] of directories) {
  test(`a runtime folder ${name} is refused`, async () => {
    const path = join(folder, `folder ${name}`);
    make(path);
    const attempt = acquireGuard({ key: "x", runtimeDirectory: path, describe: "x" });
    await assert.rejects(attempt, (error: unknown) => {
      assert.ok(error instanceof BakupError && !(error instanceof AlreadyRunningError));
      assert.match(error.message, message);
      assert.ok(error.hint);
      return true;
    });
  });
}

test("a runtime folder that everybody may write is closed", async () => {
  const open = join(folder, "open");
  mkdirSync(open);
  chmodSync(open, 0o777);
  (await acquireGuard({ key: "x", runtimeDirectory: open, describe: "x" })).release();
  assert.equal(statSync(open).mode & 0o777, 0o700);
});

test("a guard file that is a link is refused, and its target is left alone", async () => {
  const guard = await guardOf("link");
  guard.release();
  unlinkSync(guard.file);
  const target = join(folder, "precious");
  writeFileSync(target, "precious");
  symlinkSync(target, guard.file);
  await assert.rejects(guardOf("link"), /cannot open the lock file/);
  assert.equal(readFileSync(target, "utf8"), "precious");
});

test("the runtime folder is root's, or the session's, or one of /tmp", {
  skip: process.geteuid?.() !== 0 && "not root",
}, async () => {
  assert.equal(defaultRuntimeDirectory(), "/run/bakup");
  const program = `import { defaultRuntimeDirectory } from "${new URL("../../src/lock/runtime-directory.ts", import.meta.url)}";
    process.geteuid = () => 1234;
    console.log(defaultRuntimeDirectory());`;
  const ask = async (env: Record<string, string | undefined>) => {
    const args = ["--import", "tsx", "--input-type=module", "-e", program];
    return (await runCommand(process.execPath, args, { env: { TMPDIR: undefined, ...env } })).stdout.toString().trim();
  };
  assert.equal(await ask({ XDG_RUNTIME_DIR: "/run/user/1234" }), "/run/user/1234/bakup");
  assert.equal(await ask({ XDG_RUNTIME_DIR: undefined }), "/tmp/bakup-1234");
});

async function waitUntilGone(pid: number): Promise<void> {
  while (existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
