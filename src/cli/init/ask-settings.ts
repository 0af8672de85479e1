import type { KeyPath } from "../../config/schema.ts";
import { describeError } from "../../errors/describe.ts";
import { UsageError } from "../../errors/errors.ts";
import { DEFAULT_ROTATION_SCHEME } from "../../retention/scheme.ts";
import { lintTimerArgs } from "../../schedule/lint.ts";
import type { Questions } from "../ask.ts";
import { askDestination, askMirror } from "./ask-destination.ts";
import { readKeep } from "./read-flags.ts";
import { problemOf, type Settings } from "./settings.ts";

/** Asks for what the options have not said. @throws what the questions throw. */
export async function askSettings(name: string, given: Settings, questions: Questions): Promise<Settings> {
  const settings = new Map(given);
  const isGiven = (prefix: string) => [...given.keys()].some((path) => path.startsWith(prefix));
  if (!given.has("source.path")) {
    const problem = (value: string) => problemOf("source.path", value);
    const source = await questions.text("Which folder is backed up?", { initial: "/", problemOf: problem });
    settings.set("source.path", [source]);
  }
  if (!given.has("source.exclude")) {
    setIfAny(settings, "source.exclude", await askExcludes(questions));
  }
  if (!given.has("destination.location")) {
    const ask = isGiven("disk.") ? askMirror : askDestination;
    for (const [path, values] of await ask(name, questions)) {
      settings.set(path, given.get(path) ?? values);
    }
  }
  if (!given.has("schedule.timer_arg")) {
    setIfAny(settings, "schedule.timer_arg", await askSchedule(questions));
  }
  if (!isGiven("rotation.")) {
    for (const [path, value] of await askRotation(questions)) {
      settings.set(path, [value]);
    }
  }
  return settings;
}

function setIfAny(settings: Map<KeyPath, readonly string[]>, path: KeyPath, values: readonly string[]): void {
  if (values.length > 0) {
    settings.set(path, values);
  }
}

async function askExcludes(questions: Questions): Promise<string[]> {
  const patterns: string[] = [];
  for (;;) {
    const question =
      patterns.length === 0
        ? "What is left out? One pattern of rsync, such as /home/*/Downloads/ or *.iso; Enter for nothing:"
        : "Another one? Enter for none:";
    const pattern = await questions.text(question, {
      problemOf: (value) => (value === "" ? undefined : problemOf("source.exclude", value)),
    });
    if (pattern === "") {
      return patterns;
    }
    patterns.push(pattern);
  }
}

const DEFAULT_INTERVAL = "20h";

/** @returns timer_args; none for the default. */
async function askSchedule(questions: Questions): Promise<string[]> {
  const when = await questions.choose("When may it run by itself?", [
    {
      text: "in the evening and at night, at weekends also in the early morning; at most every 20 hours",
      value: "default",
    },
    { text: "at any time of day", value: "always" },
    { text: "in hours and on days of your own", value: "own" },
  ] as const);
  if (when === "default") {
    return [];
  }
  const interval = await questions.text("How much time lies between the starts of two backups at least?", {
    initial: DEFAULT_INTERVAL,
    problemOf: (text) => lintTimerArgs([text, "always"])[0]?.message,
  });
  const bands =
    when === "always"
      ? "always"
      : await questions.text("Days and hours, such as Mon,Tue,Wed,19,20,21,22:", {
          problemOf: (text) => lintTimerArgs([interval, text])[0]?.message ?? problemOf("schedule.timer_arg", text),
        });
  return [interval, bands];
}

const DEFAULT_KEEP = Object.entries(DEFAULT_ROTATION_SCHEME)
  .map(([frequency, count]) => `${frequency}=${count}`)
  .join(" ");

/** @returns nothing for the default. */
async function askRotation(questions: Questions): Promise<[KeyPath, string][]> {
  const answer = await questions.text("Which snapshots stay?", {
    initial: DEFAULT_KEEP,
    problemOf: (text) => {
      try {
        readKeeps(text);
        return text === "" ? "name at least one" : undefined;
      } catch (error) {
        return error instanceof UsageError ? (error.hint ?? describeError(error)) : describeError(error);
      }
    },
  });
  return answer === DEFAULT_KEEP ? [] : readKeeps(answer);
}

function readKeeps(text: string): [KeyPath, string][] {
  return text
    .split(/[\s,]+/)
    .filter((word) => word !== "")
    .map(readKeep);
}
