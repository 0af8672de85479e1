import { hostname } from "node:os";
import { UsageError } from "../errors/errors.ts";
import type { Alarm, AlarmChannel, AlarmKind } from "./alarm.ts";
import { type AddressSource, post, readAddress } from "./request.ts";
import { readSecret, type SecretSource } from "./secret.ts";

export interface NtfySettings {
  /** Of the topic. */
  url: AddressSource;
  /** Access token, where the topic needs one. */
  token: SecretSource | undefined;
  kinds: readonly AlarmKind[];
}

/** ntfy's priorities go from 1 to 5, and its tags are names of emojis. */
const LOOKS: Readonly<Record<AlarmKind, { priority: number; tag: string }>> = {
  start: { priority: 2, tag: "arrow_forward" },
  success: { priority: 2, tag: "white_check_mark" },
  recovery: { priority: 3, tag: "white_check_mark" },
  failure: { priority: 4, tag: "warning" },
  absence: { priority: 4, tag: "warning" },
  damage: { priority: 5, tag: "rotating_light" },
};

/** Publishes to a topic of ntfy, as JSON: its headers take no UTF-8. */
export function ntfyChannel({ url, token, kinds }: NtfySettings): AlarmChannel {
  return {
    name: "ntfy",
    kinds,
    async send(alarm) {
      const address = readAddress(url);
      const [, before = "/", topic = ""] = /^(.*\/)([^/]+)\/?$/.exec(address.pathname) ?? [];
      if (topic === "") {
        throw new UsageError("url in [ntfy] names no topic", { hint: "https://ntfy.sh/TOPIC" });
      }
      address.pathname = before;
      await post(address, JSON.stringify(messageOf(alarm, decodeURIComponent(topic))), {
        "Content-Type": "application/json",
        ...(token === undefined ? {} : { Authorization: `Bearer ${readSecret(token)}` }),
      });
    },
  };
}

function messageOf({ kind, title, text }: Alarm, topic: string): unknown {
  const { priority, tag } = LOOKS[kind];
  return { topic, title: `${hostname()}: ${title}`, message: text === "" ? title : text, priority, tags: [tag] };
}
