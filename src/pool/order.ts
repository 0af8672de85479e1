import type { Extension } from "./config/model.ts";

/** The actions of Cedar Backup that can be combined, with their places in the order. */
export const STANDARD_ACTIONS = { collect: 100, stage: 200, store: 300, purge: 400 } as const;

export type StandardAction = keyof typeof STANDARD_ACTIONS;

const STANDARD = Object.keys(STANDARD_ACTIONS) as StandardAction[];

export function isStandardAction(name: string): name is StandardAction {
  return Object.hasOwn(STANDARD_ACTIONS, name);
}

/**
 * The actions of a command line in the order in which they are done. By index those of equal index keep the order of
 * the line; by dependency collect, stage, store and purge follow each other, and extensions say what they run before
 * and after. Each action is done once. Pure.
 */
export function orderActions(
  actions: readonly string[],
  { orderMode, extensions }: { orderMode: "index" | "dependency"; extensions: readonly Extension[] },
): string[] {
  const wanted = [...new Set(actions)];
  if (orderMode === "dependency") {
    const order = sortByDependency(extensions).order;
    return wanted.sort((a, b) => order.indexOf(a) - order.indexOf(b));
  }
  const indexOf = (name: string) =>
    isStandardAction(name)
      ? STANDARD_ACTIONS[name]
      : (extensions.find((extension) => extension.name === name)?.index ?? 0);
  return wanted.sort((a, b) => indexOf(a) - indexOf(b));
}

/** Why the dependencies of the extensions cannot be met: an unknown name, or a circle. Pure. */
export function findOrderProblem(extensions: readonly Extension[]): string | undefined {
  const known = new Set<string>([...STANDARD, ...extensions.map(({ name }) => name)]);
  for (const { name, runBefore, runAfter } of extensions) {
    const unknown = [...runBefore, ...runAfter].find((other) => !known.has(other));
    if (unknown !== undefined) {
      return `the action ${name} depends on "${unknown}", which is no action`;
    }
  }
  const { circle } = sortByDependency(extensions);
  return circle.length > 0 ? `the actions ${circle.join(", ")} depend on each other in a circle` : undefined;
}

/** Takes, again and again, the first action that waits for none of those left. */
function sortByDependency(extensions: readonly Extension[]): { order: string[]; circle: string[] } {
  const edges = [
    ...STANDARD.slice(1).map((after, index) => [STANDARD[index] as string, after as string] as const),
    ...extensions.flatMap(({ name, runBefore, runAfter }) => [
      ...runBefore.map((later) => [name, later] as const),
      ...runAfter.map((earlier) => [earlier, name] as const),
    ]),
  ];
  const left = new Set<string>([...extensions.map(({ name }) => name), ...STANDARD]);
  const order: string[] = [];
  for (;;) {
    const next = [...left].find((name) => !edges.some(([before, after]) => after === name && left.has(before)));
    if (next === undefined) {
      return { order, circle: [...left] };
    }
    left.delete(next);
    order.push(next);
  }
}
