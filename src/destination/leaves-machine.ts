import type { Location } from "./location.ts";

const THIS_MACHINE = /^(?:localhost|ip6-localhost|127(?:\.\d{1,3}){3}|::1)$/i;

/** Whether a backup needs a network: its destination is another machine, or one behind a tunnel. */
export function leavesMachine(location: Location, hasTunnel: boolean): boolean {
  return location.kind !== "local" && (hasTunnel || !THIS_MACHINE.test(location.hostname));
}
