import { type InferOutput, object } from "valibot";
import { choice, list, orNull, report, text, time } from "./words.ts";

export const watchSchema = report("watch", "Which profiles had no complete snapshot for too long.", {
  profiles: list(
    "One entry for each profile that was asked about",
    object({
      profile: text("Name of the profile"),
      verdict: choice("alarm and recovered are news; standing was told before", [
        ...(["well", "alarm", "standing", "recovered"] as const),
      ]),
      lastComplete: orNull(time("Start of the newest complete backup")),
      absentFrom: orNull(time("When its absence becomes an alarm; null for never")),
    }),
  ),
});

export type WatchJson = InferOutput<typeof watchSchema>;
