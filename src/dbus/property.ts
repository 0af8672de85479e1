import type { Bus } from "./bus.ts";
import { variantValue } from "./reply.ts";

export interface Property {
  /** The service's name on the bus. */
  destination: string;
  path: string;
  interface: string;
  name: string;
  timeoutSeconds?: number;
}

/** The value of a property. @throws BusReplyError, MalformedReplyError, BusGoneError, BusTimeoutError */
export async function getProperty(
  bus: Bus,
  { interface: kind, name, timeoutSeconds = 30, ...object }: Property,
): Promise<unknown> {
  const [variant] = await bus.call({
    ...object,
    interface: "org.freedesktop.DBus.Properties",
    member: "Get",
    signature: "ss",
    body: [kind, name],
    timeoutSeconds,
  });
  return variantValue(variant, `${name} of ${object.path}`);
}
