import { html } from "hono/html";
import { localTime } from "../../lock/local-time.ts";
import { type BytePath, bytePathFromLatin1, childOf, printable, TOP } from "../../path/byte-path.ts";
import type { FolderEntry } from "../../store/folder-entries.ts";
import { formatBytes, formatCount } from "../../units/size.ts";
import { type Markup, page, table } from "../layout.ts";
import { link, type Place } from "../links.ts";
import { type FolderListing, PAGE_ENTRIES } from "../listing.ts";

/** A folder of a snapshot: go into it, download a file, see its versions, restore. */
export function folderPage(at: Place, { entries, total }: FolderListing, from: number): Markup {
  const rows = entries.map((entry) => rowOf(at, entry));
  return page(
    at.path === "" ? at.snapshot : printable(bytePathFromLatin1(at.path.slice(at.path.lastIndexOf("/") + 1))),
    trailOf(at),
    html`<p><a href="${link.restore(at)}">Restore ${at.path === "" ? "everything" : "this folder"}…</a></p>
${table(`${formatCount(total)} entries`, {
  head: ["Name", "Size", "Changed", "Mode", "Owner", "Versions"],
  rows,
  empty: "This folder is empty.",
})}
${pager(at, from, total)}`,
  );
}

/** The folders above a place, each with its link. */
export function trailOf({ profile, snapshot, path }: Place): [text: string, href: string][] {
  const names = path === "" ? [] : path.split("/").slice(0, -1);
  const above = names.map((_, index) => bytePathFromLatin1(names.slice(0, index + 1).join("/")));
  return [
    [profile, link.profile(profile)],
    ...(path === "" ? [] : [[snapshot, link.folder({ profile, snapshot, path: TOP })] satisfies [string, string]]),
    ...above.map((each): [string, string] => [
      printable(bytePathFromLatin1(each.slice(each.lastIndexOf("/") + 1))),
      link.folder({ profile, snapshot, path: each }),
    ]),
  ];
}

function rowOf(at: Place, { name, type, size, mtime, mode, uid, gid, leadsTo }: FolderEntry): (string | Markup)[] {
  const place = { ...at, path: childOf(at.path, name) };
  return [
    nameOf(place, name, { type, ...(leadsTo === undefined ? {} : { leadsTo }) }),
    type === "file" ? formatBytes(size) : "",
    localTime(new Date(mtime)),
    mode.toString(8).padStart(4, "0"),
    `${uid}:${gid}`,
    html`<a href="${link.versions(at.profile, place.path)}" aria-label="Versions of ${printable(name)}">versions</a>`,
  ];
}

function nameOf(place: Place, name: BytePath, { type, leadsTo }: Pick<FolderEntry, "type" | "leadsTo">): Markup {
  const text = printable(name);
  switch (type) {
    case "folder":
      return html`<a href="${link.folder(place)}">${text}/</a>`;
    case "file":
      return html`<a href="${link.file(place)}" download>${text}</a>`;
    default:
      return html`${text}${leadsTo === undefined ? "" : ` → ${printable(leadsTo)}`}`;
  }
}

function pager(at: Place, from: number, total: number): Markup {
  if (total <= PAGE_ENTRIES) {
    return html``;
  }
  const last = Math.min(total, from + PAGE_ENTRIES);
  return html`<nav aria-label="Pages"><p>
${from > 0 ? html`<a href="${link.folder(at, Math.max(0, from - PAGE_ENTRIES))}">Previous</a>` : ""}
${formatCount(from + 1)} to ${formatCount(last)} of ${formatCount(total)}
${last < total ? html`<a href="${link.folder(at, last)}">Next</a>` : ""}
</p></nav>`;
}
