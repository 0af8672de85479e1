import type { Bus } from "../dbus/bus.ts";
import { getProperty } from "../dbus/property.ts";
import type { Wait } from "./rules.ts";

const SERVICE = "org.freedesktop.UPower";

/** Whether the machine runs on battery, as UPower says: also a UPS whose mains have gone. @throws BusReplyError, … */
export async function askUpower(bus: Bus, timeoutSeconds: number): Promise<boolean> {
  const path = "/org/freedesktop/UPower";
  return (
    (await getProperty(bus, {
      destination: SERVICE,
      path,
      interface: SERVICE,
      name: "OnBattery",
      timeoutSeconds,
    })) === true
  );
}

/** Undefined stands for a machine that cannot tell, which has no battery as far as one knows. */
export function judgeBattery(onBattery: boolean | undefined): Wait | undefined {
  return onBattery === true ? { condition: "battery", reason: "the machine runs on battery" } : undefined;
}
