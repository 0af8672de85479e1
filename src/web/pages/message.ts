import { html } from "hono/html";
import { type Markup, page } from "../layout.ts";

/** Something did not work, and what to do about it. */
export function messagePage(message: string, hint?: string): Markup {
  return page(
    "That did not work",
    [],
    html`<p role="alert">${message}</p>${hint === undefined ? "" : html`<p>${hint}</p>`}`,
  );
}
