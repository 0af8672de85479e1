import { resolve } from "node:path";
import { type GenericSchema, pipe, rawTransform, string } from "valibot";
import { type Location, parseLocation } from "../destination/location.ts";
import { BakupError } from "../errors/errors.ts";
import { parseKeepCount } from "../retention/scheme.ts";
import { parseDurationSeconds } from "../units/duration.ts";
import type { AddressSource } from "../watch/request.ts";
import type { SecretSource } from "../watch/secret.ts";
import { didYouMean } from "./suggestion.ts";
import { abridge } from "./value-syntax.ts";

export type Outcome<T> = { value: T } | { problem: string };

const SWITCH_WORDS: Readonly<Record<string, boolean>> = {
  yes: true,
  no: false,
  true: true,
  false: false,
  on: true,
  off: false,
  1: true,
  0: false,
};

/** Text of any kind. */
export const text = reading((value) => ({ value }));

/** yes or no, and the other words that people write for them. */
export const yesNo = reading((value) => {
  const word = value.toLowerCase();
  const known = Object.hasOwn(SWITCH_WORDS, word) ? SWITCH_WORDS[word] : undefined;
  return known === undefined ? mustBe("yes or no", value, Object.keys(SWITCH_WORDS)) : { value: known };
});

/** A whole number above 0, kept as text: Back In Time's profile ids. */
export const wholeNumberText = reading((value) =>
  /^[1-9][0-9]{0,8}$/.test(value) ? { value } : mustBe("a whole number above 0", value),
);

/** A name that is safe in file names and units. */
export const plainName = reading((value) =>
  isPlainName(value) ? { value } : mustBe("letters, digits, . _ and - only, without . or - in front", value),
);

/** A path from the root. */
export const absolutePath = reading((value) =>
  value.startsWith("/") ? { value } : mustBe("an absolute path, beginning with /", value),
);

/** A path from the root that is not the root itself. */
export const absolutePathBelowRoot = reading((value) =>
  value.startsWith("/") && resolve(value) !== "/"
    ? { value }
    : mustBe("an absolute path below /, such as /mnt/backup", value),
);

/** A time span in seconds. */
export const durationSeconds = reading((value) => {
  const seconds = parseDurationSeconds(value);
  return seconds === undefined ? mustBe("a time such as 90s, 5m or 2h", value) : { value: seconds };
});

/** A time span in seconds, or never. */
export const durationOrNever = reading((value): Outcome<number | "never"> => {
  if (value.toLowerCase() === "never") {
    return { value: "never" };
  }
  const seconds = parseDurationSeconds(value);
  return seconds === undefined ? mustBe("a time such as 12h or 4d, or never", value, ["never"]) : { value: seconds };
});

/** Where mail goes: a local user or an address. */
export const mailAddress = reading((value) =>
  /^[^\s<>,;:"|/\\-][^\s<>,;:"|\\]*$/.test(value)
    ? { value }
    : mustBe("a user or an address, such as root or admin@example.org", value),
);

/** An address on the web, or where it lies. A wrong value is not repeated: it may hold a secret. */
export const webAddress = reading<AddressSource>((value) =>
  isSecretSource(value) || (/^https?:\/\/\S+$/.test(value) && URL.canParse(value))
    ? { value: value as AddressSource }
    : { problem: "must be an address that begins with https:// or http://, file:/PATH or credential:NAME" },
);

/** Where a secret lies. A wrong value is not repeated: it may be the secret itself. */
export const secretSource = reading<SecretSource>((value) =>
  isSecretSource(value) ? { value } : { problem: "must be file:/PATH or credential:NAME; never the secret itself" },
);

function isSecretSource(value: string): value is SecretSource {
  return /^(?:credential:[A-Za-z0-9._-]+|file:\/.+)$/.test(value);
}

/** 0 to 100, with or without the sign. */
export const percent = reading((value) => {
  const number = /^[0-9]{1,3} ?%?$/.test(value) ? Number.parseInt(value, 10) : Number.NaN;
  return number <= 100 ? { value: number } : mustBe("a whole percentage from 0% to 100%", value);
});

/** How many snapshots of a frequency to keep. */
export const keepCount = reading((value) => {
  const count = parseKeepCount(value);
  if (count !== undefined) {
    return { value: count };
  }
  const outcome = mustBe("a whole number above 0, or always", value, ["always"]);
  return /^0+$/.test(value) ? { problem: `${outcome.problem}; leave the key out to keep none` } : outcome;
});

/** Where a backup goes; a path on this machine must be absolute and not the root. */
export const location = reading((value): Outcome<{ text: string; parsed: Location }> => {
  try {
    const parsed = parseLocation(value);
    if (parsed.kind === "local" && (!parsed.directory.startsWith("/") || resolve(parsed.directory) === "/")) {
      return mustBe("an absolute path below /, or [USER@]HOST:DIRECTORY, HOST::MODULE/DIRECTORY, rsync://…", value);
    }
    return { value: { text: value, parsed } };
  } catch (error) {
    if (error instanceof BakupError) {
      return { problem: `is invalid: ${error.message}${error.hint === undefined ? "" : `; ${error.hint}`}` };
    }
    throw error;
  }
});

/** An ssh host to reach an rsync daemon through. */
export const sshHost = reading((value) => {
  const match = /^(?:[^\s@:-][^\s@:]*@)?(?:\[[0-9A-Fa-f:.]+\]|[^\s@:[\]-][^\s@:[\]]*)(?::([0-9]{1,5}))?$/.exec(value);
  const port = Number(match?.[1] ?? 22);
  return match !== null && port > 0 && port < 65_536 ? { value } : mustBe("[USER@]HOST or [USER@]HOST:PORT", value);
});

const DEVICE = /^(?:(?:UUID|LABEL|PARTUUID|PARTLABEL)=\S.*|\/dev\/\S+)$/;

/** An encrypted device: a name in /etc/crypttab, or a tag or the path of the device. */
export const cryptoDevice = reading((value) =>
  DEVICE.test(value) || /^[^\s/=#][^\s/=]*$/.test(value)
    ? { value }
    : mustBe("a name in /etc/crypttab, or UUID=…, LABEL=…, PARTUUID=…, PARTLABEL=… or /dev/…", value),
);

/** A device by a tag or its path. */
export const deviceName = reading((value) =>
  DEVICE.test(value) ? { value } : mustBe("UUID=…, LABEL=…, PARTUUID=…, PARTLABEL=… or /dev/…", value),
);

/** Where the key of an encrypted device comes from. A wrong value is not repeated: it may be the secret itself. */
export const keySource = reading((value) =>
  /^(?:ask|credential:[A-Za-z0-9._-]+|file:\/.+)$/.test(value)
    ? { value }
    : { problem: "must be credential:NAME, file:/PATH or ask" },
);

/** Where a password for an rsync daemon lies. A wrong value is not repeated: it may be the password itself. */
export const passwordSource = reading((value) =>
  /^(?:credential:[A-Za-z0-9._-]+|\/.+)$/.test(value)
    ? { value }
    : { problem: "must be an absolute path, or credential:NAME; never the password itself" },
);

/** An option of ssh. Those that let any host pass for the right one are refused. */
export const sshOption = reading((value) => {
  const [, keyword = "", argument = ""] = /^([A-Za-z][A-Za-z0-9]*)\s*[\s=]\s*(.+)$/.exec(value) ?? [];
  if (keyword === "") {
    return mustBe("an option of ssh_config(5) with its value, such as Port=2222", value);
  }
  return keyword.toLowerCase() === "stricthostkeychecking" && /^(?:no|off)$/i.test(argument)
    ? { problem: "must not switch off the check of host keys; accept-new accepts those of new hosts" }
    : { value: `${keyword}=${argument}` };
});

/** One of several words. */
export function choice<const T extends string>(words: readonly T[]): GenericSchema<string, T> {
  return reading((value) => {
    const word = words.find((known) => known === value.toLowerCase());
    return word === undefined
      ? mustBe(`${words.slice(0, -1).join(", ")} or ${words.at(-1)}`, value, words)
      : { value: word };
  });
}

/** Whether a text can be the name of a profile. */
export function isPlainName(value: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(value);
}

/** A schema that reads text; the problem it finds completes a sentence that begins with the key's name. */
export function reading<T>(read: (text: string) => Outcome<T>): GenericSchema<string, T> {
  return pipe(
    string(),
    rawTransform<string, T>(({ dataset, addIssue, NEVER }) => {
      const outcome = read(dataset.value);
      if ("value" in outcome) {
        return outcome.value;
      }
      addIssue({ message: outcome.problem });
      return NEVER;
    }),
  );
}

/** The problem of a value that is not what it must be; `words` are what it may have been meant for. */
export function mustBe(expected: string, value: string, words: Iterable<string> = []): { problem: string } {
  return { problem: `must be ${expected}, not ${abridge(value)}${didYouMean(value, words)}` };
}
