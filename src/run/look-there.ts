import { dirname } from "node:path";
import type { Profile } from "../config/profile.ts";
import { quote } from "../remote/quote.ts";

/** What a person calls to look into the snapshots that a profile keeps on another machine, by the bakup over there. */
export function lookThere({ parsed, sshOptions, identity, sudo }: Profile["destination"]): string {
  if (parsed.kind !== "ssh") {
    return "on that machine: bakup browse --store FOLDER";
  }
  const store = dirname(parsed.directory.replace(/\/+$/, "") || "/");
  const host = parsed.username === null ? parsed.hostname : `${parsed.username}@${parsed.hostname}`;
  const options = sshOptions.flatMap((option) => ["-o", option]);
  const key = identity === undefined ? [] : ["-i", identity];
  // The words behind the host's name are read by a second shell.
  const asRoot = sudo && parsed.username !== null && parsed.username !== "root" ? ["sudo"] : [];
  const there = [...asRoot, "bakup", "browse", "--store", quoteIfNeeded(store)];
  return ["ssh", "-t", ...options, ...key, host, ...there].map(quoteIfNeeded).join(" ");
}

function quoteIfNeeded(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) ? word : quote(word);
}
