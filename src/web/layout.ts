import { html } from "hono/html";

/** Markup that is safe: whatever text was put into it is escaped. */
export type Markup = ReturnType<typeof html>;

/** One page: where it is, and what it holds. */
export function page(title: string, trail: readonly (readonly [text: string, href: string])[], body: Markup): Markup {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – bakup</title>
<link rel="stylesheet" href="/style.css">
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<script src="/live.js" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to the contents</a>
<header>
<nav aria-label="Where you are"><ol>
<li><a href="/">bakup</a></li>
${trail.map(([text, href]) => html`<li><a href="${href}">${text}</a></li>`)}
</ol></nav>
</header>
<main id="main">
<h1>${title}</h1>
${body}
</main>
</body>
</html>`;
}

/** A table; every cell is text or markup. A table without rows is a sentence. */
export function table(
  caption: string,
  { head, rows, empty }: { head: readonly string[]; rows: readonly (readonly (string | Markup)[])[]; empty: string },
): Markup {
  if (rows.length === 0) {
    return html`<p>${empty}</p>`;
  }
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${head.map((text) => html`<th scope="col">${text}</th>`)}</tr></thead>
<tbody>${rows.map(([first = "", ...rest]) => html`<tr><th scope="row">${first}</th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody>
</table></div>`;
}

/** A list of facts. */
export function facts(pairs: readonly (readonly [name: string, value: string | Markup])[]): Markup {
  return html`<dl>${pairs.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}
