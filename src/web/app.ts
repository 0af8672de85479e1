import { type Context, Hono } from "hono";
import type { Profile } from "../config/profile.ts";
import { describeError, errnoOf } from "../errors/describe.ts";
import { BakupError } from "../errors/errors.ts";
import { readHistory } from "../run/history/file.ts";
import { readLiveRun } from "../run/history/live.ts";
import { statusOf } from "../run/profile-status.ts";
import { openProfileStore } from "../run/profile-store.ts";
import { versionsOf } from "../store/find.ts";
import { inStore, type Store } from "../store/layout.ts";
import { findSnapshot, listSnapshots } from "../store/list.ts";
import { differenceOf } from "../store/text-difference.ts";
import { ICON, SCRIPT, STYLE } from "./assets.ts";
import { sendFile } from "./download.ts";
import { type GuardOptions, guard } from "./guard.ts";
import { type Place, readPathParameter } from "./links.ts";
import { listFolder } from "./listing.ts";
import { differencePage } from "./pages/difference.ts";
import { folderPage } from "./pages/folder.ts";
import { messagePage } from "./pages/message.ts";
import { overviewPage } from "./pages/overview.ts";
import { profilePage } from "./pages/profile.ts";
import { restoreFormPage } from "./pages/restore.ts";
import { runPage } from "./pages/run.ts";
import { versionsPage } from "./pages/versions.ts";
import { restoreByForm } from "./restore.ts";
import { describeLive } from "./words.ts";

export interface AppOptions extends GuardOptions {
  /** The profiles as they are configured now. @throws ConfigurationError */
  profiles: () => Profile[];
}

/** Something that is not here: a profile, a run, a path. */
class NotFoundError extends BakupError {}

/** All that the page answers. */
export function buildApp(options: AppOptions): Hono {
  const { profiles, formSecret } = options;
  const app = new Hono();
  app.use(guard(options));
  app.get("/style.css", (context) => context.body(STYLE, 200, { "Content-Type": "text/css; charset=utf-8" }));
  app.get("/live.js", (context) => context.body(SCRIPT, 200, { "Content-Type": "text/javascript; charset=utf-8" }));
  app.get("/icon.svg", (context) => context.body(ICON, 200, { "Content-Type": "image/svg+xml" }));

  app.get("/", (context) => {
    const now = Date.now();
    return context.html(
      overviewPage(
        profiles().map((profile) => statusOf(profile, now)),
        now,
      ),
    );
  });
  app.get("/profile/:profile", (context) => {
    const now = Date.now();
    const profile = find(profiles(), context);
    return context.html(profilePage(statusOf(profile, now), readHistory(profile.name), now));
  });
  app.get("/profile/:profile/live", (context) =>
    context.json(describeLive(readLiveRun(find(profiles(), context).name))),
  );
  app.get("/profile/:profile/run/:run", (context) => {
    const { name } = find(profiles(), context);
    const record = readHistory(name).find(({ run }) => run === context.req.param("run"));
    return context.html(runPage(name, record ?? notFound("There is no such run.")));
  });
  app.get("/profile/:profile/versions", async (context) => {
    const profile = find(profiles(), context);
    const path = pathOf(context);
    return withStore(profile, async (store) =>
      context.html(versionsPage(profile.name, path, versionsOf(store, listSnapshots(store).snapshots, path))),
    );
  });
  app.get("/profile/:profile/difference", async (context) => {
    const profile = find(profiles(), context);
    const path = pathOf(context);
    const { older = "", newer = "" } = context.req.query();
    return withStore(profile, async (store) => {
      const trees = [treeOf(store, older), treeOf(store, newer)] as const;
      return context.html(differencePage(profile.name, path, { older, newer, shown: await differenceOf(trees, path) }));
    });
  });
  app.get("/profile/:profile/snapshot/:snapshot/folder", (context) => {
    const profile = find(profiles(), context);
    const at = placeOf(profile, context);
    const from = Math.max(0, Math.trunc(Number(context.req.query("from") ?? 0)) || 0);
    return withStore(profile, async (store) =>
      context.html(folderPage(at, listFolder(treeOf(store, at.snapshot), at.path, from), from)),
    );
  });
  app.get("/profile/:profile/snapshot/:snapshot/file", (context) => {
    const profile = find(profiles(), context);
    const at = placeOf(profile, context);
    return withStore(
      profile,
      async (store) => sendFile(context, treeOf(store, at.snapshot), at.path) ?? notFound("There is no such file."),
    );
  });
  app.get("/profile/:profile/snapshot/:snapshot/restore", (context) =>
    context.html(restoreFormPage(placeOf(find(profiles(), context), context), formSecret)),
  );
  app.post("/profile/:profile/snapshot/:snapshot/restore", (context) => {
    const profile = find(profiles(), context);
    const at = placeOf(profile, context);
    return withStore(profile, async (store) =>
      context.html(
        await restoreByForm(at, treeOf(store, at.snapshot), { form: await context.req.parseBody(), formSecret }),
      ),
    );
  });
  app.notFound((context) => context.html(messagePage("There is no such page."), 404));
  app.onError((error, context) => context.html(messagePage(describeError(error), hintOf(error)), statusFor(error)));
  return app;
}

function find(profiles: readonly Profile[], context: Context): Profile {
  const name = context.req.param("profile");
  return profiles.find((profile) => profile.name === name) ?? notFound("There is no such profile.");
}

function placeOf({ name }: Profile, context: Context): Place {
  return { profile: name, snapshot: context.req.param("snapshot") ?? "", path: pathOf(context) };
}

function pathOf(context: Context): Place["path"] {
  return readPathParameter(context.req.query("path")) ?? notFound("There is no such path.");
}

/** The folder of a snapshot that is listed: nothing else in a store can be looked into. */
function treeOf(store: Store, name: string): string {
  return inStore(store, findSnapshot(store, name).name);
}

async function withStore<T>(profile: Profile, work: (store: Store) => Promise<T>): Promise<T> {
  const store = openProfileStore(profile);
  try {
    return await work(store);
  } finally {
    store.close();
  }
}

function notFound(message: string): never {
  throw new NotFoundError(message);
}

function statusFor(error: unknown): 404 | 500 {
  return error instanceof BakupError || ["ENOENT", "ENOTDIR", "ELOOP"].includes(errnoOf(error) ?? "") ? 404 : 500;
}

function hintOf(error: unknown): string | undefined {
  return error instanceof BakupError ? error.hint : undefined;
}
