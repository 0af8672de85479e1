import type { TestContext } from "node:test";
import type { NetworkManagerFacts } from "../../src/conditions/network-manager.ts";
import { startBus, useAsSystemBus } from "../dbus/private-bus.ts";
import { type Answer, type Call, serve, variant } from "../dbus/service.ts";

/** What the services of a machine say; undefined for one that is not there, "silence" for one that hangs. */
export interface Power {
  onBattery?: boolean | "silence" | undefined;
  network?: NetworkManagerFacts | "silence" | undefined;
}

/** NetworkManager's answers where all is well. */
export const ONLINE: NetworkManagerFacts = { state: 70, connectivity: 4, metered: 4 };

/**
 * A system bus of the test's own with UPower and NetworkManager as far as bakup asks them. What they say may change
 * during the test. @returns the members that were asked for.
 */
export async function serveMachine(test: Pick<TestContext, "after">, says: Power): Promise<string[]> {
  const { address } = await startBus(test);
  useAsSystemBus(test, address);
  const asked: string[] = [];
  const answerWith =
    (values: () => Readonly<Record<string, unknown>> | "silence") =>
    ({ path, member, body }: Call): Answer => {
      const [kind, name] = body.map(String);
      asked.push(`${kind}.${name}`);
      const known = values();
      if (known === "silence") {
        return known;
      }
      const isRight = member === "Get" && path === `/${kind?.replaceAll(".", "/")}` && name !== undefined;
      return isRight && name in known
        ? { signature: "v", body: [known[name]] }
        : { error: "org.freedesktop.DBus.Error.InvalidArgs", text: `no ${kind}.${name} on ${path}` };
    };
  if (says.onBattery !== undefined) {
    const values = () => (says.onBattery === "silence" ? "silence" : { OnBattery: variant("b", says.onBattery) });
    test.after(await serve(address, "org.freedesktop.UPower", answerWith(values)));
  }
  if (says.network !== undefined) {
    const values = () => (typeof says.network === "object" ? numbersOf(says.network) : "silence");
    test.after(await serve(address, "org.freedesktop.NetworkManager", answerWith(values)));
  }
  return asked;
}

function numbersOf({ state, connectivity, metered }: NetworkManagerFacts) {
  return { State: variant("u", state), Connectivity: variant("u", connectivity), Metered: variant("u", metered) };
}
