import fc from "fast-check";
import { change, crash, jump, litter, otherDisk, pin, restore, rotate, run } from "./actions.ts";
import { adopt, disaster, repair, spoil, verify } from "./care.ts";
import type { Action, Model, World } from "./world.ts";

/** One step of a history, as the fixtures write it: its name and what it takes. */
export type Step =
  | ["change" | "pin" | "restore" | "jump", number]
  | ["spoil", number, number]
  | ["crash", string, number]
  | ["litter", string]
  | ["run" | "rotate" | "otherDisk" | "verify" | "repair" | "adopt" | "disaster"];

function actionOf(step: Step): Action {
  switch (step[0]) {
    case "change":
      return change(step[1]);
    case "pin":
      return pin(step[1]);
    case "restore":
      return restore(step[1]);
    case "jump":
      return jump(step[1]);
    case "spoil":
      return spoil(step[1], step[2]);
    case "crash":
      return crash(step[1], step[2]);
    case "litter":
      return litter(step[1]);
    default:
      return { run, rotate, otherDisk, verify, repair, adopt, disaster }[step[0]]();
  }
}

class Command implements fc.AsyncCommand<Model, World> {
  private readonly step: Step;
  private readonly action: Action;

  constructor(step: Step) {
    this.step = step;
    this.action = actionOf(step);
  }

  check = (model: Readonly<Model>) => this.action.can?.(model) ?? true;
  run = (model: Model, world: World) => this.action.perform(model, world);
  toString = () => JSON.stringify(this.step);
}

export function commandsOf(steps: readonly Step[]): Command[] {
  return steps.map((step) => new Command(step));
}

const CRASHES: readonly ["crash", string, number][] = [
  ["crash", "rename", 1],
  ["crash", "rename", 2],
  ["crash", "rename", 3],
  ["crash", "rename", 4],
  ["crash", "link", 1],
  ["crash", "unlink", 2],
  ["crash", "fsync", 2],
  ["crash", "fsync", 4],
  ["crash", "rmdir", 1],
];

/** All that can happen to a store. */
export function anyCommands(): fc.Arbitrary<Iterable<fc.AsyncCommand<Model, World>>> {
  const number = (name: "change" | "pin" | "restore", max: number) => fc.nat(max).map((each): Step => [name, each]);
  const foreign = fc.constantFrom("lost+found", "2026-01-01", "notes -rf", "2026-99-99T00-00-00Z");
  const steps: fc.Arbitrary<Step>[] = [
    number("change", 60),
    number("change", 60),
    fc.constant<Step>(["run"]),
    fc.constant<Step>(["run"]),
    fc.constant<Step>(["run"]),
    fc.constantFrom<Step>(...CRASHES),
    number("pin", 9),
    number("restore", 9),
    fc.constantFrom(-50, -2, 1, 30, 24 * 40).map((hours): Step => ["jump", hours]),
    foreign.map((name): Step => ["litter", name]),
    fc.tuple(fc.nat(9), fc.nat(9)).map(([index, file]): Step => ["spoil", index, file]),
    fc.constantFrom<Step>(["rotate"], ["otherDisk"], ["verify"], ["repair"], ["adopt"], ["disaster"]),
    fc.constantFrom<Step>(["verify"], ["repair"]),
  ];
  return fc.commands(
    steps.map((step) => step.map((each) => new Command(each))),
    { maxCommands: 14 },
  );
}
