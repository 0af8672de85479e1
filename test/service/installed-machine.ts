import { fileURLToPath } from "node:url";
import { builtPackage } from "../debian/built-package.ts";
import { bootMachine, type Machine } from "./machine.ts";

/** A machine with bakup's package, and files of this folder in its /root. */
export async function installedMachine(files: readonly string[]): Promise<Machine> {
  const paths = files.map((name) => fileURLToPath(new URL(name, import.meta.url)));
  const machine = await bootMachine([await builtPackage(), ...paths]);
  await machine.output("dpkg --install bakup_*.deb");
  return machine;
}

/** Of the machine's journal, the entries that a query finds, oldest first. */
export async function readJournal(machine: Machine, query: string): Promise<Record<string, string>[]> {
  const output = await machine.output(`journalctl --sync; journalctl --quiet --output=json ${query}`);
  const lines = output.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line));
}

/** Lets systemd remember how services ended, which it forgets of units that nothing refers to: their timers never fire. */
export async function keepLoaded(machine: Machine, ...names: string[]): Promise<void> {
  const timers = names.map((name) => `${name}.timer`);
  for (const timer of timers) {
    const folder = `/etc/systemd/system/${timer}.d`;
    await machine.output(
      `mkdir -p ${folder}; printf '[Timer]\\nOnCalendar=\\nOnCalendar=2199-01-01\\n' >${folder}/never.conf`,
    );
  }
  await machine.output(`systemctl daemon-reload; systemctl start ${timers.join(" ")}`);
}

/** Starts a service and waits for its end; when it fails, the error has what its journal says. */
export async function startService(machine: Machine, unit: string): Promise<void> {
  await machine.output(`systemctl start ${unit} || { journalctl --unit=${unit} --lines=30 >&2; exit 1; }`);
}
