import { didYouMean } from "../config/suggestion.ts";
import type { PoolConfig } from "./config/model.ts";
import { PoolError } from "./errors.ts";
import { POOL_EXIT } from "./exit-codes.ts";
import { isStandardAction, orderActions, STANDARD_ACTIONS } from "./order.ts";
import { storeUploads } from "./store/store.ts";

/** Actions that stand alone. */
const ALONE = ["all", "rebuild", "validate"] as const;

/**
 * The actions of a command line in the order in which they are done; `all` is the four standard ones, never an
 * extension. @throws PoolError (4) for a name that is no action, or a combination that is forbidden. Pure.
 */
export function chooseActions(words: readonly string[], { options, extensions }: PoolConfig): string[] {
  const known = [...Object.keys(STANDARD_ACTIONS), ...ALONE, ...extensions.map(({ name }) => name)];
  const unknown = words.find((word) => !known.includes(word));
  if (unknown !== undefined) {
    throw refused(`there is no action "${unknown}"${didYouMean(unknown, known)}`);
  }
  const alone = ALONE.find((name) => words.includes(name));
  if (alone !== undefined && words.length > 1) {
    throw refused(`the action ${alone} cannot be combined with others`);
  }
  const wanted = alone === "all" ? Object.keys(STANDARD_ACTIONS) : words;
  return orderActions(wanted, { orderMode: options.orderMode, extensions });
}

/** `all` does what the file has settings for; an action that is asked for by name needs its section. Pure. */
export function withoutUnconfigured(actions: readonly string[], config: PoolConfig): string[] {
  const isConfigured = {
    collect: config.collect !== undefined,
    stage: config.stage !== undefined,
    store: config.store !== undefined || storeUploads(config),
    purge: config.purge !== undefined,
  };
  return actions.filter((name) => !isStandardAction(name) || isConfigured[name]);
}

function refused(message: string): PoolError {
  return new PoolError(POOL_EXIT.configuration, message, {
    hint: "the actions are collect, stage, store, purge, all, rebuild, validate and those of [action-…]",
  });
}
