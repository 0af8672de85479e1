import type { Context, MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { derive, isSameSecret } from "./token.ts";

const COOKIE = "bakup_session";

export const FORM_FIELD = "form";

export interface GuardOptions {
  /** The names, with ports, by which the page may be called: anything else is a trap (DNS rebinding). */
  hosts: ReadonlySet<string>;
  /** Needed to see anything; undefined on a socket, where the file's permissions decide. */
  token: string | undefined;
  /** Made from the token, or random: part of every form. */
  formSecret: string;
}

const HEADERS: Readonly<Record<string, string>> = {
  "Content-Security-Policy":
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cache-Control": "no-store",
};

/**
 * Lets through who may see the page, called by its own name; actions also need to come from a form of the page itself.
 * Everything that goes out has headers that forbid anything foreign.
 */
export function guard(options: GuardOptions): MiddlewareHandler {
  return async (context, next) => {
    for (const [name, value] of Object.entries(HEADERS)) {
      context.header(name, value);
    }
    return refusal(context, options) ?? (await actionRefusal(context, options)) ?? next();
  };
}

function refusal(context: Context, { hosts, token }: GuardOptions): Response | undefined {
  if (!hosts.has((context.req.header("Host") ?? "").toLowerCase())) {
    return context.text("This page is not called by that name.", 421);
  }
  if (token === undefined) {
    return undefined;
  }
  const session = derive(token, "session");
  const given = context.req.query("token");
  if (given !== undefined && context.req.method === "GET" && isSameSecret(given, token)) {
    setCookie(context, COOKIE, session, { httpOnly: true, sameSite: "Strict", path: "/" });
    return context.redirect("/", 303);
  }
  const cookie = getCookie(context, COOKIE);
  return cookie !== undefined && isSameSecret(cookie, session)
    ? undefined
    : context.text("The token is missing or wrong. Open the address that bakup web has printed.", 401);
}

/** Whatever changes something comes from a page of ours, in this browser. */
async function actionRefusal(context: Context, { hosts, formSecret }: GuardOptions): Promise<Response | undefined> {
  const { method } = context.req;
  if (method === "GET" || method === "HEAD") {
    return undefined;
  }
  const origin = context.req.header("Origin");
  const site = context.req.header("Sec-Fetch-Site");
  const isOwn = origin !== undefined && hosts.has(origin.replace(/^https?:\/\//, "").toLowerCase());
  if (!isOwn || (site !== undefined && site !== "same-origin")) {
    return context.text("This request came from another page.", 403);
  }
  const { [FORM_FIELD]: given } = await context.req.parseBody();
  return typeof given === "string" && isSameSecret(given, formSecret)
    ? undefined
    : context.text("This form is not, or no longer, one of this page. Go back and load it again.", 403);
}
