import { InvalidDestinationError } from "../errors/errors.ts";
import { bytePathFromText, printable } from "../path/byte-path.ts";

type Complaint = [applies: RegExp, message: string, hint: string];

const FORMS = "write a path, [USER@]HOST:DIRECTORY, HOST::MODULE/DIRECTORY or rsync://HOST/MODULE/DIRECTORY";
const ADD_MODULE = "name the daemon's module, as in HOST::MODULE/DIRECTORY or rsync://HOST/MODULE/DIRECTORY";
const LOCAL_PATH = "for a local path with a colon or a leading dash in its name, put ./ or the full path in front";
const BRACKETS = "an IPv6 address stands in brackets: [fe80::1]:/directory";

/** What may be wrong, the first that applies. Secrets are never repeated, so these say nothing of the text itself. */
const SECRET: Complaint = [
  /^[a-z][a-z0-9+.-]*:\/\/[^/@]*:[^/]*@/i,
  "it holds a password",
  "leave the password out; rsync reads it from RSYNC_PASSWORD or a password file",
];

const COMPLAINTS: readonly Complaint[] = [
  [/^$/, "it is empty", FORMS],
  [/\0/, "it holds a NUL character, which no path can hold", "remove that character"],
  [/^-/, "it begins with a dash, which programs take for an option", LOCAL_PATH],
  [/^rsync:\/\/(?:[^/]*@)?(?::|\/|$)/i, "there is no host after rsync://", FORMS],
  [/^rsync:\/\/[^/]*\/?$/i, "there is no module after the host", ADD_MODULE],
  [/^rsync:\/\/(?:[^/]*@)?(?:\[[^\]/]*\]|[^/:[]*):[^/]*\//i, "the port is not a number from 1 to 65535", FORMS],
  [/^rsync:\/\/[^/]*\/[:/]/i, "the module's name is missing or begins with a colon", ADD_MODULE],
  [/^(?!rsync:)[a-z][a-z0-9+.-]*:\/\//i, "rsync knows no addresses of this kind, only rsync://", FORMS],
  [/^(?:[^/:]*@)?:/, "there is no host before the colon", LOCAL_PATH],
  [/^(?:rsync:\/\/)?@/i, "there is no user before the @", "leave out the @, or put a user's name before it"],
  [/^[^/]*?::$/, "there is no module after the host", ADD_MODULE],
  [/^[^/]*?::\//, "there is no module after the host", ADD_MODULE],
  [/^[^/[:]*:::/, "there is one colon too many", ADD_MODULE],
  [/^(?:rsync:\/\/)?(?:[^/:]*@)?-/i, "the host's name begins with a dash, which ssh takes for an option", FORMS],
  [/^[^/:]*\s[^/:]*:/, "there is a blank in the host's name", LOCAL_PATH],
  [/^(?:[^/:]*@)?\[[^\]]*\]$/, "there is no directory after the host", FORMS],
  [/^(?:rsync:\/\/)?(?:[^/:]*@)?\[/i, "what stands in the brackets is no IPv6 address", BRACKETS],
];

/** The error for a location that cannot be read: what is wrong with it, and what to write instead. */
export function explainInvalidLocation(text: string): InvalidDestinationError {
  const [applies, message, hint] = [SECRET, ...COMPLAINTS].find(([wrong]) => wrong.test(text)) ?? [
    /^/,
    "it is none of the forms that rsync knows",
    FORMS,
  ];
  const quoted = applies === SECRET[0] ? "" : ` "${printable(bytePathFromText(text))}"`;
  return new InvalidDestinationError(`the destination${quoted} cannot be read: ${message}`, { hint });
}
