/**
 * What a client wants. "unclear" is handled as an upload whose effect is not taken for granted: afterwards the module
 * is compared with its newest snapshot.
 */
export type RequestKind = "upload" | "download" | "listing" | "dry-run" | "unclear";

export interface Classified {
  kind: RequestKind;
  /** An option that would write into existing files instead of replacing them. */
  forbidden?: string;
}

/** Short options of rsync that take a value: what follows in their cluster are no options. */
const TAKES_VALUE = "eBTfM@";

const WRITES_IN_PLACE = /^--(?:inplace|append|append-verify|write-devices|copy-devices)(?:$|=)/;

/** Where rsync's own clients do not put them, or (a batch that is only written) where an upload changes nothing. */
const UNCLEAR = /^--(?:sender|dry-run|list-only|only-write-batch)(?:$|=)/;

/** The arguments of such a client come in two parts, of which some versions of rsync show us only one. */
const SECLUDED = "s";

/**
 * Judges the arguments that rsyncd was given. rsync's own clients put `--sender` and the cluster of short options right
 * behind `--server`; only there they are believed, since elsewhere a hostile client can make them the value of another
 * option. Whoever could be uploading is never taken for harmless.
 */
export function classifyRequest(args: readonly string[]): Classified {
  const [, server, second = ""] = args;
  const options = optionsOf(args);
  if (server === "--server" && second === "--sender") {
    return { kind: isListing(options) ? "listing" : "download" };
  }
  const cluster = lettersOf(second);
  if (server === "--server" && (cluster.includes("n") || second === "--dry-run")) {
    return { kind: "dry-run" };
  }
  const forbidden = options.find((option) => WRITES_IN_PLACE.test(option));
  const isPlain =
    server === "--server" && !cluster.includes(SECLUDED) && !options.some((option) => UNCLEAR.test(option));
  return { kind: isPlain ? "upload" : "unclear", ...(forbidden === undefined ? {} : { forbidden }) };
}

/** All that begins with a dash: a file's name among them makes an upload unclear or forbidden, which harms nobody. */
function optionsOf(args: readonly string[]): string[] {
  return args.slice(2).filter((arg) => arg.startsWith("-"));
}

/** The letters of a cluster up to the first that takes a value, as `e` with the client's abilities does. */
function lettersOf(cluster: string): string {
  if (!/^-[^-]/.test(cluster)) {
    return "";
  }
  const letters = [...cluster.slice(1)];
  const value = letters.findIndex((letter) => TAKES_VALUE.includes(letter));
  return letters.slice(0, value === -1 ? undefined : value).join("");
}

/** A client that only looks asks for one folder without what is below. */
function isListing(options: readonly string[]): boolean {
  const cluster = lettersOf(options.find((option) => /^-[^-]/.test(option)) ?? "");
  return options.includes("--list-only") || (cluster.includes("d") && !cluster.includes("r"));
}
