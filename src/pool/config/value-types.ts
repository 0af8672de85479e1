import { type GenericSchema, pipe, transform } from "valibot";
import { absolutePath, choice, mustBe, reading } from "../../config/value-types.ts";
import { parseBytes } from "../../units/size.ts";
import { splitCommand } from "../command-line.ts";

/** The days of the week as Cedar Backup writes them, in the order of Date.getDay(). */
export const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"] as const;

export type Weekday = (typeof WEEKDAYS)[number];

export const weekday = choice(WEEKDAYS);

export const collectMode = choice(["daily", "weekly", "incr"]);
export type CollectMode = "daily" | "weekly" | "incr";

export const archiveMode = choice(["tar", "targz", "tarbz2", "tarzst"]);
export type ArchiveMode = "tar" | "targz" | "tarbz2" | "tarzst";

export const compressMode = choice(["none", "gzip", "bzip2", "zstd"]);
export type CompressMode = "none" | "gzip" | "bzip2" | "zstd";

/** An absolute path without a slash at its end: the name of an archive is made of it. */
export const path = pipe(
  absolutePath,
  transform((value) => (value === "/" ? value : value.replace(/\/+/g, "/").replace(/\/$/, ""))),
);

/** A path below the folder of its section. */
export const relativePath = reading((value) =>
  value.startsWith("/") || value.split("/").includes("..")
    ? mustBe("a path below this folder, without / in front", value)
    : { value: value.replace(/\/+/g, "/").replace(/\/$/, "") },
);

export const accountName = reading((value) =>
  /^[A-Za-z_][A-Za-z0-9_.-]*\$?$/.test(value) ? { value } : mustBe("the name of a user or group", value),
);

/** What Cedar's extensions may be called. */
export const actionName = reading((value) =>
  /^[a-z0-9]+$/.test(value) ? { value } : mustBe("a name of small letters and digits", value),
);

/** Several actions, with commas between them. */
export const actionNames: GenericSchema<string, string[]> = reading((value) => {
  const names = value.split(/[\s,]+/).filter((name) => name !== "");
  return names.every((name) => /^[a-z0-9]+$/.test(name))
    ? { value: names }
    : mustBe("names of actions with commas between them, such as collect, purge", value);
});

/** A program with its arguments: blanks separate, double quotes hold together, no shell reads it. */
export const commandLine: GenericSchema<string, string[]> = reading((value) => {
  const words = splitCommand(value);
  return words === undefined ? { problem: "has a double quote that is never closed" } : { value: words };
});

export interface Hook {
  action: string;
  command: string[];
}

export const hook: GenericSchema<string, Hook> = reading((value) => {
  const [action = "", ...command] = splitCommand(value) ?? [];
  return /^[a-z0-9]+$/.test(action) && command.length > 0
    ? { value: { action, command } }
    : mustBe("ACTION COMMAND, such as collect /usr/local/sbin/quiesce", value);
});

export interface Override {
  command: string;
  path: string;
}

export const override: GenericSchema<string, Override> = reading((value) => {
  const [command = "", file = "", ...rest] = value.split(/\s+/);
  return file.startsWith("/") && rest.length === 0
    ? { value: { command, path: file } }
    : mustBe("COMMAND /PATH, such as xorriso /opt/bin/xorriso", value);
});

export const wholeNumber = reading((value) =>
  /^[0-9]{1,9}$/.test(value) ? { value: Number(value) } : mustBe("a whole number", value),
);

export const positiveNumber = reading((value) =>
  /^[1-9][0-9]{0,8}$/.test(value) ? { value: Number(value) } : mustBe("a whole number above 0", value),
);

/** Negative for as deep as it goes. */
export const anyWholeNumber = reading((value) =>
  /^-?[0-9]{1,9}$/.test(value) ? { value: Number(value) } : mustBe("a whole number", value),
);

export const factor = reading((value) =>
  /^[0-9]{1,9}(\.[0-9]{1,9})?$/.test(value) ? { value: Number(value) } : mustBe("a number such as 1.3", value),
);

export const sizeBytes = reading((value) => {
  const bytes = parseBytes(value);
  return bytes === undefined ? mustBe("a size such as 600 MB or 1.1 GB", value) : { value: bytes };
});

/** Written for Python by many; what JavaScript would read as something else is refused. */
const OTHER_MEANING = /\\[AZ]|\(\?P|\(\?[aiLmsux]+\)/;

/** A regular expression that has to match a whole path. */
export const pattern: GenericSchema<string, RegExp> = reading((value) => {
  const foreign = OTHER_MEANING.exec(value)?.[0];
  if (foreign !== undefined) {
    return { problem: `cannot be read: ${foreign} is Python's; a pattern has to match the whole path anyway` };
  }
  try {
    return { value: new RegExp(`^(?:${value})$`, "s") };
  } catch (error) {
    return { problem: `is no regular expression: ${error instanceof Error ? error.message : String(error)}` };
  }
});

/** A host's name or IPv4 address, as rcp and ssh take it. */
export const peerName = reading((value) =>
  /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(value) ? { value } : mustBe("the name of a machine", value),
);

/** Where a secret lies. A wrong value is not repeated: it may be the secret itself. */
export const secretFile = reading((value) =>
  /^(?:credential:[A-Za-z0-9._-]+|\/.+)$/.test(value)
    ? { value }
    : { problem: "must be the absolute path of a file, or credential:NAME; never the secret itself" },
);

/** A command with ${input} and ${output} in it. */
export const filterCommand: GenericSchema<string, string[]> = reading((value) => {
  const words = splitCommand(value);
  return words?.some((word) => word.includes(`\${input}`)) && words.some((word) => word.includes(`\${output}`))
    ? { value: words }
    : mustBe(`a command with \${input} and \${output} in it`, value);
});

/** [BUCKET or BUCKET/FOLDER]. */
export const bucketName = reading((value) =>
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/[^/]+)*$/.test(value)
    ? { value }
    : mustBe("the name of a bucket, or BUCKET/FOLDER", value),
);

export const url = reading((value) =>
  /^https?:\/\/[^\s/]+(?:\/\S*)?$/.test(value) ? { value } : mustBe("an address such as https://s3.example.org", value),
);
