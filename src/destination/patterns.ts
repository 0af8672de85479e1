/** A host name (group `hostname`), or an IPv6 address in brackets (group `address`). Never begins with a dash. */
const HOST = String.raw`(?:\[(?<address>[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*(?:%[\w.-]+)?)\]|(?<hostname>(?!-)[^\s:/@[\]\0]+))`;

/** Everything before the last `@` of the host part: account names may hold an `@` themselves. */
const USER = String.raw`(?:(?<username>(?!-)[^\s:/[\]\0]+)@)?`;

/** rsyncd's names of modules: no slash, and no colon in front, which would be a mistyped `::`. */
const MODULE = String.raw`(?<module>[^/:\0][^/\0]*)(?:/(?<directory>[^\0]*))?`;

/** `rsync://[USER@]HOST[:PORT]/MODULE[/DIRECTORY]`: an rsync daemon. */
export const ADVANCED_DAEMON_DESTINATION = new RegExp(
  String.raw`^rsync://${USER}${HOST}(?::(?<port>\d+))?/${MODULE}$`,
  "i",
);

/** `[USER@]HOST::MODULE[/DIRECTORY]`: an rsync daemon on its usual port. */
export const SIMPLE_DAEMON_DESTINATION = new RegExp(`^(?!-)${USER}${HOST}::${MODULE}$`);

/** `[USER@]HOST:DIRECTORY`: another machine, over ssh. `HOST://` is left out: it is an address of some other kind. */
export const SSH_DESTINATION = new RegExp(String.raw`^(?!-)${USER}${HOST}:(?!:|//)(?<directory>[^\0]*)$`);

/** A path on this machine: as for rsync, a colon counts as part of the path only after a slash. */
export const LOCAL_DESTINATION = /^(?!-)(?=.)(?<directory>[^:/\0]*(?:\/[^\0]*)?)$/s;

/** All forms of a destination, the most specific first. */
export const DESTINATION_PATTERNS: readonly RegExp[] = [
  ADVANCED_DAEMON_DESTINATION,
  SIMPLE_DAEMON_DESTINATION,
  SSH_DESTINATION,
  LOCAL_DESTINATION,
];
