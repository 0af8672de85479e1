import type { Bus } from "../dbus/bus.ts";
import { getProperty } from "../dbus/property.ts";

const SERVICE = "org.freedesktop.NetworkManager";

/** What NetworkManager says, in its own numbers: NMState, NMConnectivityState and NMMetered. */
export interface NetworkManagerFacts {
  state: number;
  connectivity: number;
  metered: number;
}

/** @throws BusReplyError, BusGoneError, BusTimeoutError when it does not run. */
export async function askNetworkManager(bus: Bus, timeoutSeconds: number): Promise<NetworkManagerFacts> {
  const path = "/org/freedesktop/NetworkManager";
  const ask = (name: string) =>
    getProperty(bus, { destination: SERVICE, path, interface: SERVICE, name, timeoutSeconds });
  const [state, connectivity, metered] = await Promise.all(["State", "Connectivity", "Metered"].map(ask));
  return { state: Number(state), connectivity: Number(connectivity), metered: Number(metered) };
}
