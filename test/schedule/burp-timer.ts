import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** BURP's own script, as Debian has it. */
export const TIMER_SCRIPT = "/usr/share/burp/scripts/timer_script";

/** What the script is asked. Times are seconds since 1970. */
export interface TimerQuestion {
  zone: string;
  now: number;
  /** When the newest backup began; null when there is none. */
  last: number | null;
  args: readonly string[];
}

/** Asks the script about each line of its input: zone, now, folder of the newest backup, timestamp, arguments. */
const DRIVER = `
cd "$1"
while IFS=$'\\x1f' read -r zone now current timestamp args; do
  IFS=$'\\x1e' read -r -d '' -a list <<<"$args"
  [ "$timestamp" = "" ] || printf '%s\\n' "$timestamp" >current/timestamp
  list[-1]=\${list[-1]%$'\\n'}
  TZ=$zone FAKETIME_FMT=%s FAKETIME=$now "$2" client "$current" "$1/storage" reserved1 reserved2 "\${list[@]}" >>said 2>&1
  echo $?
done
`;

/** The script's exit codes, in the order of the questions; half of them are asked at a time. */
export async function askTimerScript(questions: readonly TimerQuestion[]): Promise<number[]> {
  const middle = Math.ceil(questions.length / 2);
  const halves = await Promise.all([questions.slice(0, middle), questions.slice(middle)].map(askInOrder));
  return halves.flat();
}

async function askInOrder(questions: readonly TimerQuestion[]): Promise<number[]> {
  const folder = mkdtempSync(join(tmpdir(), "bakup-oracle-"));
  try {
    mkdirSync(join(folder, "current"));
    const driver = spawn("bash", ["--norc", "-c", DRIVER, "driver", folder, TIMER_SCRIPT], {
      env: { PATH: process.env.PATH, LC_ALL: "C", LD_PRELOAD: fakeTimeLibrary(), DONT_FAKE_MONOTONIC: "1" },
      stdio: ["pipe", "pipe", "inherit"],
    });
    driver.stdin.end(questions.map(lineOf).join(""));
    const lines: Buffer[] = [];
    for await (const chunk of driver.stdout) {
      lines.push(chunk);
    }
    return Buffer.concat(lines).toString().trimEnd().split("\n").map(Number);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The timestamp has BURP's form: a sequence number, local or other time, and its offset. */
function lineOf({ zone, now, last, args }: TimerQuestion): string {
  const timestamp =
    last === null ? "" : `0000001 ${new Date(last * 1000).toISOString().slice(0, 19).replace("T", " ")} +0000`;
  return `${[zone, now, last === null ? "none" : "current", timestamp, args.join("\x1e")].join("\x1f")}\n`;
}

/** The library that the program faketime loads; starting that program for each question would take longer than the answer. */
function fakeTimeLibrary(): string {
  const env = execFileSync("faketime", ["2027-01-01 00:00:00", "env"], { encoding: "utf8" });
  const library = /^LD_PRELOAD=(.+)$/m.exec(env)?.[1];
  if (library === undefined) {
    throw new Error("faketime does not say which library it loads");
  }
  return library;
}
