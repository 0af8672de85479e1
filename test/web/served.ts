import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { loadConfiguration } from "../../src/config/load.ts";
import { serveWeb, type Web } from "../../src/web/serve.ts";
import { newToken } from "../../src/web/token.ts";
import { makePlace, type Place } from "../cli/place.ts";

/** A page of a profile "box", and a way to ask it as a browser that has opened the page would. */
export interface Served extends Place {
  web: Web;
  /** Scheme, host and port. */
  origin: string;
  token: string;
  /** Asks for an address of the page with the session's cookie. */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** Sends a form as the page itself does. */
  post(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Response>;
  /** The secret that is in every form of the page. */
  formSecret(path: string): Promise<string>;
}

export async function serve(t: TestContext): Promise<Served> {
  const place = makePlace(t);
  const token = newToken();
  const profiles = () => {
    const loaded = loadConfiguration({ file: `${place.folder}/bakup.conf` });
    assert.ok(loaded.ok);
    return loaded.profiles;
  };
  const web = await serveWeb({ profiles, listen: { address: "127.0.0.1", port: 0 }, token });
  t.after(() => web.close());
  const { origin } = new URL(web.url);
  const opened = await fetch(web.url, { redirect: "manual" });
  assert.equal(opened.status, 303);
  const cookie = (opened.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const get = (path: string, headers = {}) => fetch(`${origin}${path}`, { headers: { cookie, ...headers } });
  return {
    ...place,
    web,
    origin,
    token,
    get,
    post: (path, fields, headers = {}) =>
      fetch(`${origin}${path}`, {
        method: "POST",
        headers: { cookie, origin, ...headers },
        body: new URLSearchParams(fields),
      }),
    formSecret: async (path) => /name="form" value="([^"]+)"/.exec(await (await get(path)).text())?.[1] ?? "",
  };
}
