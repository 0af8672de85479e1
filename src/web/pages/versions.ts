import { html } from "hono/html";
import { localTime } from "../../lock/local-time.ts";
import { type BytePath, parentOf, printable } from "../../path/byte-path.ts";
import type { FileVersion } from "../../store/find.ts";
import { formatBytes, plural } from "../../units/size.ts";
import { type Markup, page, table } from "../layout.ts";
import { link } from "../links.ts";

/** A file over time: each version, and what changed from one to the next. */
export function versionsPage(profile: string, path: BytePath, versions: readonly FileVersion[]): Markup {
  const rows = versions.map(({ first, last, count, type, size, mtime, mode }, index) => {
    const older = versions[index + 1];
    const isText = older !== undefined && type === "file" && older.type === "file";
    const place = { profile, snapshot: last, path };
    return [
      localTime(new Date(mtime)),
      type === "file" ? html`<a href="${link.file(place)}" download>${formatBytes(size)}</a>` : type,
      mode.toString(8).padStart(4, "0"),
      count === 1 ? `in ${first}` : `in ${plural(count, "snapshot")}, ${first} to ${last}`,
      isText
        ? html`<a href="${link.difference(profile, path, [older.last, last])}">changes since the one before</a>`
        : "",
      html`<a href="${link.restore(place)}">restore…</a>`,
    ];
  });
  return page(
    printable(path),
    [[profile, link.profile(profile)]],
    html`${table("Versions, the newest first", {
      head: ["Changed", "Contents", "Mode", "Where", "Changes", "Restore"],
      rows,
      empty: "No snapshot has it.",
    })}
${versions[0] === undefined ? "" : html`<p><a href="${link.folder({ profile, snapshot: versions[0].last, path: parentOf(path) })}">To its folder</a></p>`}`,
  );
}
