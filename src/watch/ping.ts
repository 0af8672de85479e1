import type { Alarm, AlarmChannel, AlarmKind } from "./alarm.ts";
import { type AddressSource, post, readAddress } from "./request.ts";

/** What healthchecks.io and its like expect behind the address of a check. */
const SUFFIXES: Readonly<Record<AlarmKind, string>> = {
  start: "/start",
  success: "",
  recovery: "",
  failure: "/fail",
  absence: "/fail",
  damage: "/fail",
};

/** A check of healthchecks.io: told of each start and end, it notices when nothing more comes. */
export function pingChannel({ url, kinds }: { url: AddressSource; kinds: readonly AlarmKind[] }): AlarmChannel {
  return {
    name: "ping",
    kinds,
    wantsEach: true,
    async send(alarm) {
      const address = readAddress(url);
      address.pathname = `${address.pathname.replace(/\/$/, "")}${SUFFIXES[alarm.kind]}`;
      await post(address, bodyOf(alarm), { "Content-Type": "text/plain; charset=utf-8" });
    },
  };
}

function bodyOf({ title, text, log = [] }: Alarm): string {
  return [title, text, ...log].filter((part) => part !== "").join("\n");
}
