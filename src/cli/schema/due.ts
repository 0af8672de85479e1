import { description, type InferOutput, object, pipe, title, union } from "valibot";
import { choice, list, orNull, text, time } from "./words.ts";

const answer = {
  decision: choice("backup: it is time. error: the schedule is broken", ["backup", "skip", "error"]),
  rule: orNull(
    choice("The rule that decided, or the condition that makes a run wait, see bakup.conf(5)", [
      ...(["flag", "force", "band", "never-backed-up", "clock", "interval", "bad-interval", "timer-script"] as const),
      ...(["battery", "metered", "network"] as const),
    ]),
  ),
  reason: text("Why"),
  next: orNull(time("When it will be time; null when it is, or that is not known")),
};

export const dueSchema = pipe(
  union([
    object({
      profiles: list(
        "One entry for each profile that was asked about",
        object({ profile: text("Name of the profile"), ...answer }),
      ),
    }),
    pipe(object(answer), description("With --simulate")),
  ]),
  title("bakup due --json"),
  description("Whether it is time for a backup."),
);

export type DueJson = InferOutput<typeof dueSchema>;
