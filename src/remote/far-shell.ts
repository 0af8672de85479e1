import { type BakupError, StoreError } from "../errors/errors.ts";
import { type CommandResult, firstComplaint } from "../process/command.ts";
import { explainSsh } from "../ssh/complaints.ts";
import { SSH_FAILED, type SshSession } from "../ssh/session.ts";
import { quote } from "./quote.ts";

/** A shell on another machine, for scripts of plain POSIX tools. */
export interface FarShell {
  session: SshSession;
  /** Whether scripts run with superuser privileges by sudo. */
  sudo: boolean;
  signal: AbortSignal;
}

export interface ScriptOptions {
  /** The script's $1, $2… */
  args?: readonly string[];
  /** What the script may take with `receive FILE`; it knows how much there must be. */
  input?: Iterable<Uint8Array>;
}

/** What a script said with `say KEY VALUE`; characters of a value stand for bytes. */
export type Answer = ReadonlyMap<string, string>;

export interface ScriptResult {
  exitCode: number;
  answer: Answer;
  /** What stood before the first word of the script itself: the login shell prints by itself. */
  noise: string;
  complaint: string;
}

const BEGIN = "bakup-script-begins";

/** A shell script, as it stands between the backquotes; only `${` is written with a backslash in front. */
export function posix(text: TemplateStringsArray): string {
  return text.raw.join("").replaceAll("\\${", "${");
}

/**
 * Everything stands in braces: a script that did not arrive whole is a syntax error, and nothing of it runs. A list is
 * taken whole or not at all: half a list of names to delete ends in a name that was never meant.
 */
const PRELUDE = posix`
LC_ALL=C; export LC_ALL; umask 077
say() { printf '%s\0%s\0' "$1" "$2"; }
fail() { printf '%s\n' "$1" >&2; exit "\${2:-1}"; }
receive() {
  cat >"$1" || fail "cannot write $1"
  [ $(($(wc -c <"$1"))) -eq "$input_bytes" ] || fail "the connection broke" 91
}
`;

/**
 * Runs a script there, with `sh` whatever the login shell is, as one command. Neither the script nor its arguments stand
 * on a command line: they go through standard input, with the script's own input behind them.
 * @throws ConnectionError when the connection breaks. Any other end is a result.
 */
export async function callScript(shell: FarShell, script: string, options: ScriptOptions = {}): Promise<ScriptResult> {
  const input = [...(options.input ?? [])];
  const bytes = input.reduce((sum, piece) => sum + piece.length, 0);
  const head = `{ input_bytes=${bytes}\nset -- ${(options.args ?? []).map(quote).join(" ")}\n`;
  const text = Buffer.from(`${head}${PRELUDE}say ${BEGIN} ''\n${script}\nexit 0\n}`);
  const read = `sh -c 'eval "$(dd bs=1 count=${text.length} 2>/dev/null)"'`;
  const result = await shell.session.run(shell.sudo ? `sudo -n -- ${read}` : read, {
    input: [text, ...input],
    signal: shell.signal,
  });
  shell.signal.throwIfAborted();
  if (result.exitCode === SSH_FAILED || result.exitCode === null) {
    throw explainSsh(shell.session.host, result.stderr.toString().split("\n"));
  }
  return readResult(result);
}

/** As `callScript`, for scripts that must succeed. @throws StoreError with what went wrong there. */
export async function runScript(shell: FarShell, script: string, options: ScriptOptions = {}): Promise<Answer> {
  const result = await callScript(shell, script, options);
  if (result.exitCode !== 0) {
    throw failureOf(shell, result);
  }
  return result.answer;
}

/** The error of a script that failed, in words. */
export function failureOf({ session }: Pick<FarShell, "session">, { complaint }: ScriptResult): BakupError {
  return new StoreError(`${session.where}: ${complaint}`, hintFor(complaint));
}

const HINTS: readonly [RegExp, string][] = [
  [/No space left|Disk quota exceeded/, "the disk there is full: free space or inodes, or keep fewer snapshots"],
  [/Read-only file system/, "its file system is mounted read-only"],
  [/Permission denied|Operation not permitted/, "the user there may not do this: log in as root, or allow sudo"],
  [/not found/, "install what is missing there"],
];

function hintFor(complaint: string): { hint?: string } {
  const found = HINTS.find(([applies]) => applies.test(complaint));
  return found === undefined ? {} : { hint: found[1] };
}

function readResult(result: CommandResult): ScriptResult {
  const output = result.stdout.toString("latin1");
  const mark = `${BEGIN}\0\0`;
  const begin = output.indexOf(mark);
  const words = begin === -1 ? [] : output.slice(begin + mark.length).split("\0");
  const answer = new Map<string, string>();
  for (let index = 0; index + 1 < words.length; index += 2) {
    answer.set(words[index] as string, words[index + 1] as string);
  }
  return {
    exitCode: result.exitCode ?? SSH_FAILED,
    answer,
    noise: begin === -1 ? output : output.slice(0, begin),
    complaint: firstComplaint(result),
  };
}

/** Whether the script began at all: if not, there is no shell for us. */
export function hasBegun({ answer, noise, exitCode }: ScriptResult): boolean {
  return answer.size > 0 || (noise === "" && exitCode === 0);
}
