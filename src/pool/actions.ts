import { collect } from "./collect/collect.ts";
import type { Extension } from "./config/model.ts";
import type { ExtensionType } from "./config/sections/action.ts";
import type { PoolContext } from "./context.ts";
import { ActionError } from "./errors.ts";
import { runExtensionCommand } from "./extensions/command.ts";
import { dumpMysql, dumpPostgresql } from "./extensions/databases.ts";
import { encryptStaged } from "./extensions/encrypt.ts";
import { dumpSubversion } from "./extensions/subversion.ts";
import { runHooks } from "./hooks.ts";
import { runOnClients } from "./managed.ts";
import { purge } from "./purge/purge.ts";
import { stage } from "./stage/stage.ts";
import { rebuild, store, storeInS3 } from "./store/store.ts";

/** Where an action is done. */
export interface Places {
  here: boolean;
  onClients: boolean;
}

/** Does one action here, with its hooks, and then on the managed clients. @throws ActionError when it cannot be done. */
export async function runAction(context: PoolContext, name: string, { here, onClients }: Places): Promise<void> {
  if (here) {
    const { preActionHook, postActionHook } = context.config.options;
    context.log.info(`action ${name} begins`);
    await runHooks(context, name, preActionHook);
    await doAction(context, name);
    await runHooks(context, name, postActionHook);
  }
  if (onClients) {
    await runOnClients(context, name);
  }
}

async function doAction(context: PoolContext, name: string): Promise<void> {
  const extension = context.config.extensions.find((candidate) => candidate.name === name);
  const action = extension === undefined ? ACTIONS[name] : EXTENSIONS[extension.type];
  if (action === undefined) {
    throw new ActionError(`there is no action ${name}`);
  }
  await action(context, extension);
}

type Action = (context: PoolContext, extension: Extension | undefined) => Promise<void> | void;

const ACTIONS: Readonly<Record<string, Action>> = { collect, stage, store, purge, rebuild };

const EXTENSIONS: Readonly<Record<ExtensionType, Action>> = {
  mysql: dumpMysql,
  postgresql: dumpPostgresql,
  subversion: dumpSubversion,
  encrypt: encryptStaged,
  amazons3: storeInS3,
  command: (context, extension) => (extension === undefined ? undefined : runExtensionCommand(context, extension)),
};
