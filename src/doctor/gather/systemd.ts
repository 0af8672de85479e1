import { SANDBOX_PROPERTIES, type ServiceFacts } from "../sandbox.ts";
import type { TimerFacts, TimersFacts } from "../timers.ts";
import { ask } from "./ask.ts";

/** Undefined where systemd does not run. */
export async function gatherTimers(
  profiles: readonly { name: string; whenPlugged: boolean }[],
): Promise<TimersFacts | undefined> {
  const own = profiles.map(({ name }) => `bakup@${name}.timer`);
  const units = await showUnits(["bakup.timer", "bakup-watch.timer", ...own], ["UnitFileState", "ActiveState"]);
  if (units === undefined) {
    return undefined;
  }
  const [all, watch, ...rest] = units.map(toTimer);
  const asleep = { isEnabled: false, isActive: false };
  return {
    all: all ?? asleep,
    watch: watch ?? asleep,
    profiles: profiles.map(({ name, whenPlugged }, index) => ({
      profile: name,
      whenPlugged,
      ...(rest[index] ?? asleep),
    })),
  };
}

/** The service that backs up, as it would run now; undefined where systemd does not run or does not know it. */
export async function gatherSandbox(unit = "bakup.service"): Promise<ServiceFacts | undefined> {
  const [properties] = (await showUnits([unit], ["LoadState", ...SANDBOX_PROPERTIES])) ?? [];
  return properties?.get("LoadState") === "loaded" ? { unit, properties } : undefined;
}

async function showUnits(
  units: readonly string[],
  properties: readonly string[],
): Promise<Map<string, string>[] | undefined> {
  const said = await ask("systemctl", "show", `--property=${properties.join(",")}`, "--", ...units);
  return said === undefined ? undefined : readUnits(said);
}

/** What `systemctl show` prints: lines of NAME=VALUE, and an empty one between two units. Pure. */
export function readUnits(text: string): Map<string, string>[] {
  return text
    .trim()
    .split(/\n{2,}/)
    .map((block) => new Map(block.split("\n").map((line) => splitOnce(line))));
}

function splitOnce(line: string): [name: string, value: string] {
  const at = line.indexOf("=");
  return [line.slice(0, at), line.slice(at + 1)];
}

function toTimer(properties: ReadonlyMap<string, string>): TimerFacts {
  return {
    isEnabled: /^(enabled|enabled-runtime|linked|alias)$/.test(properties.get("UnitFileState") ?? ""),
    isActive: properties.get("ActiveState") === "active",
  };
}
