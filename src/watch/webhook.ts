import type { AlarmChannel, AlarmKind } from "./alarm.ts";
import { reportOf } from "./report.ts";
import { type AddressSource, post, readAddress } from "./request.ts";
import { readSecret, type SecretSource } from "./secret.ts";

export interface WebhookSettings {
  url: AddressSource;
  /** Sent as a bearer token. */
  token: SecretSource | undefined;
  kinds: readonly AlarmKind[];
}

/** Posts alarms as JSON to any address. */
export function webhookChannel({ url, token, kinds }: WebhookSettings): AlarmChannel {
  return {
    name: "webhook",
    kinds,
    send: async (alarm) =>
      post(readAddress(url), reportOf(alarm, new Date()), {
        "Content-Type": "application/json",
        ...(token === undefined ? {} : { Authorization: `Bearer ${readSecret(token)}` }),
      }),
  };
}
