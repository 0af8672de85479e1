import { formatAge } from "../units/age.ts";
import type { Finding } from "./finding.ts";

export interface VerifiedFacts {
  profile: string;
  /** Ms since 1970, as all times here. */
  now: number;
  /** How many complete snapshots the store has. */
  snapshots: number;
  /** When something was last found sound; undefined for never. */
  last: number | undefined;
}

const LONG_MS = 60 * 86_400_000;

/** A disk that rots says so only when it is read. */
export function judgeVerified({ profile, now, snapshots, last }: VerifiedFacts): Finding {
  if (snapshots === 0) {
    return {
      check: "verify",
      level: "advice",
      text: "there is no complete snapshot yet",
      hint: `bakup run ${profile}`,
    };
  }
  const hint = `bakup verify ${profile}; each week by itself: systemctl enable --now bakup-verify@${profile}.timer`;
  if (last === undefined) {
    return { check: "verify", level: "advice", text: "no snapshot was ever checked", hint };
  }
  const text = `snapshots were last checked ${formatAge(last, now)} ago`;
  return now - last > LONG_MS
    ? { check: "verify", level: "advice", text, hint }
    : { check: "verify", level: "fine", text };
}
