import { resolve } from "node:path";
import { defaultConfigFile } from "../config/default-file.ts";
import { examine } from "../doctor/examine.ts";
import type { Finding } from "../doctor/finding.ts";
import { EXIT, type ExitCode } from "../errors/exit-codes.ts";
import { visible } from "../journal/visible.ts";
import { plural } from "../units/size.ts";
import type { DoctorCommandOptions } from "./commands/doctor.ts";
import { readConfiguration } from "./configuration.ts";
import { print, printJson } from "./output.ts";
import type { DoctorJson } from "./schema/doctor.ts";

/** `bakup doctor`: reports what it finds on this machine. @returns 8 when there is a problem. */
export async function examineMachine(names: readonly string[], options: DoctorCommandOptions): Promise<ExitCode> {
  const profiles = readConfiguration(options.config, names);
  const configuration = resolve(options.config ?? defaultConfigFile());
  const findings = await examine({ configuration, profiles, now: Date.now() });
  const problems = findings.filter(({ level }) => level === "problem").length;
  if (options.json) {
    printJson({
      fit: problems === 0,
      findings: findings.map(({ check, level, text, profile = null, hint = null }) => ({
        check,
        level,
        profile,
        text,
        hint,
      })),
    } satisfies DoctorJson);
  } else {
    print([...findings.flatMap(describeFinding), summary(findings, problems)].map(visible).join("\n"));
  }
  return problems === 0 ? EXIT.done : EXIT.unfit;
}

/** As lines for people. Pure. */
export function describeFinding({ check, level, profile, text, hint }: Finding): string[] {
  const about = profile === undefined ? text : `${profile}: ${text}`;
  const line = `${level.padEnd(7)}  ${check.padEnd(11)}  ${about}`;
  return hint === undefined ? [line] : [line, `${" ".repeat(22)}${hint}`];
}

function summary(findings: readonly Finding[], problems: number): string {
  const advice = findings.filter(({ level }) => level === "advice").length;
  const also = advice === 0 ? "" : `, ${plural(advice, "piece")} of advice`;
  return problems === 0 ? `this machine is fit to back up${also}` : `${plural(problems, "problem")}${also}`;
}
