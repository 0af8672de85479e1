import { type InferOutput, object } from "valibot";
import { CHECKS } from "../../doctor/finding.ts";
import { choice, flag, list, orNull, report, text } from "./words.ts";

export const doctorSchema = report("doctor", "Whether this machine is fit to back up.", {
  fit: flag("Whether there is no problem"),
  findings: list(
    "What was looked at, and what was found",
    object({
      check: choice("What was looked at, see bakup(1)", CHECKS),
      level: choice("problem: it endangers backups, or keeps them from being made", ["fine", "advice", "problem"]),
      profile: orNull(text("Name of the profile; null for what concerns the machine as a whole")),
      text: text("What was found"),
      hint: orNull(text("What to do about it")),
    }),
  ),
});

export type DoctorJson = InferOutput<typeof doctorSchema>;
