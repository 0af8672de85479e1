import { type Bus, openSystemBus } from "../dbus/bus.ts";
import { describeError } from "../errors/describe.ts";
import { askUpower } from "./battery.ts";
import { askNetworkManager, type NetworkManagerFacts } from "./network-manager.ts";
import { hasRouteOut } from "./routes.ts";

/** Short: no backup waits for a service that hangs, and one that must be started first is there sooner. */
const ANSWER_SECONDS = 10;

/** What can be asked of this machine; each question is asked once, however many profiles want to know. */
export interface Machine {
  /** Undefined where no service can tell, as all answers are. */
  onBattery(): Promise<boolean | undefined>;
  networkManager(): Promise<NetworkManagerFacts | undefined>;
  hasRouteOut(): boolean;
}

/** @param onUnknown told of each service that gives no answer. Nothing here throws. */
export function askThisMachine(
  onUnknown: (service: string, error: string) => void = () => undefined,
  timeoutSeconds = ANSWER_SECONDS,
): Machine {
  const ask = <Answer>(service: string, question: (bus: Bus) => Promise<Answer>) =>
    once(async () => {
      try {
        return await withSystemBus(question, timeoutSeconds);
      } catch (error) {
        onUnknown(service, describeError(error));
        return undefined;
      }
    });
  return {
    onBattery: ask("UPower", (bus) => askUpower(bus, timeoutSeconds)),
    networkManager: ask("NetworkManager", (bus) => askNetworkManager(bus, timeoutSeconds)),
    hasRouteOut: once(hasRouteOut),
  };
}

async function withSystemBus<Answer>(question: (bus: Bus) => Promise<Answer>, timeoutSeconds: number): Promise<Answer> {
  const bus = await openSystemBus({ timeoutSeconds });
  try {
    return await question(bus);
  } finally {
    bus.close();
  }
}

function once<Answer>(question: () => Answer): () => Answer {
  let asked: { answer: Answer } | undefined;
  return () => {
    asked ??= { answer: question() };
    return asked.answer;
  };
}
