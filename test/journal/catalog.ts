import { fieldName } from "../../src/journal/formats.ts";
import { MESSAGES, type MessageKind } from "../../src/journal/messages.ts";

/** The message catalogue of systemd: what the manual page bakup-journal(7) says of each kind, for `journalctl -x`. */
export function catalogOf(manual: string): string {
  const entries = Object.entries(MESSAGES).map(([kind, { id, text }]) => {
    const fields = [...text.matchAll(/\{(\w+)/g)].map(([, name = ""]) => `${words(name)}: @${fieldName(name)}@`);
    return [
      `-- ${id}`,
      `Subject: ${words(kind)}`,
      "Defined-By: bakup",
      "Documentation: man:bakup-journal(7)",
      "",
      meaningOf(kind as MessageKind, manual),
      ...(fields.length > 0 ? ["", ...fields] : []),
      "",
    ].join("\n");
  });
  return `# Made by test/journal/write-catalog.ts from src/journal/messages.ts and man/bakup-journal.7.\n\n${entries.join("\n")}`;
}

/** "runFailed" is "Run failed". */
function words(name: string): string {
  const spaced = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** The paragraph of a kind in the manual page, without its macros. */
function meaningOf(kind: MessageKind, manual: string): string {
  const [, text = ""] = new RegExp(`^\\.It Ic ${kind}\\n([^]*?)\\.Bd `, "m").exec(manual) ?? [];
  return text
    .trimEnd()
    .replace(/^\.Xr (\S+) (\d) ?/gm, "$1($2)")
    .replace(/^\.(?:Pa|Ql|Ic|Fl|Va) /gm, "")
    .replace(/ ([.,;)])$/gm, "$1");
}
