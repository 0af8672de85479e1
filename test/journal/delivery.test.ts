import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { runCommand } from "../../src/process/command.ts";

const flood = fileURLToPath(new URL("flood.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "bakup-journal-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function nodeArgs(count: number, end: "exit" | "kill"): string[] {
  return ["--import", "tsx", flood, String(count), end];
}

function assertAllArrived(output: string, count: number): void {
  const entries = output
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const numbers = entries.map((entry) => {
    assert.deepEqual([entry.BAKUP_PROFILE, entry.BAKUP_RUN, entry.BAKUP_STEP], ["laptop", "r1", "transfer"]);
    return entry.BAKUP_NUMBER;
  });
  assert.deepEqual(
    numbers,
    Array.from({ length: count }, (_, index) => index + 1),
  );
}

for (const end of ["exit", "kill"] as const) {
  const how = end === "exit" ? "process.exit" : "SIGKILL";

  test(`of 300 entries before ${how}, 300 arrive through a pipe`, async () => {
    const result = await runCommand(process.execPath, nodeArgs(300, end));
    assert.equal(end === "exit" ? result.exitCode : result.signal, end === "exit" ? 2 : "SIGKILL");
    assertAllArrived(result.stderr.toString(), 300);
  });

  test(`of 300 entries before ${how}, 300 arrive in a file`, async () => {
    const file = join(folder, end);
    const fd = openSync(file, "w");
    const child = spawn(process.execPath, nodeArgs(300, end), { stdio: ["ignore", "ignore", fd] });
    closeSync(fd);
    await once(child, "exit");
    assertAllArrived(readFileSync(file, "utf8"), 300);
  });
}

test("a pipe that refuses to wait and is read late loses nothing", async () => {
  const lateReader = `
    use Fcntl;
    pipe(my $read, my $write);
    fcntl($write, F_SETFL, O_WRONLY | O_NONBLOCK) or die;
    if (fork() == 0) { open(STDERR, ">&", $write); open(STDOUT, ">", "/dev/null"); close($read); exec(@ARGV); }
    close($write);
    sleep(2);
    print while <$read>;`;
  const result = await runCommand("perl", ["-e", lateReader, process.execPath, ...nodeArgs(1000, "kill")]);
  assertAllArrived(result.stdout.toString(), 1000);
});

test("a reader that has gone away does not end the program", async () => {
  const child = spawn(process.execPath, nodeArgs(1000, "exit"), { stdio: ["ignore", "pipe", "pipe"] });
  child.stderr.destroy();
  const [output] = await once(child.stdout, "data");
  assert.equal(String(output), "survived\n");
  const [code] = child.exitCode === null ? await once(child, "exit") : [child.exitCode];
  assert.equal(code, 2);
});
