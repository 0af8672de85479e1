import {
  array,
  boolean,
  description,
  exactOptional,
  type GenericSchema,
  integer,
  isoTimestamp,
  minValue,
  nullable,
  number,
  type ObjectEntries,
  object,
  picklist,
  pipe,
  string,
  title,
} from "valibot";

// The words that the schemas of the reports are made of. Objects are open: a later version may add fields, and whoever
// reads a report passes over those that it does not know.

export const text = (about: string) => pipe(string(), description(about));

export const flag = (about: string) => pipe(boolean(), description(about));

/** Any number: a speed, or a length of time. `about` names its unit. */
export const measure = (about: string) => pipe(number(), description(about));

/** A whole number of things. */
export const count = (about: string) => pipe(number(), integer(), minValue(0), description(about));

/** A size; `about` says of what. */
export const bytes = (about: string) => count(`${about}, in bytes`);

/** A length of time; `about` says of what. */
export const wholeSeconds = (about: string) => pipe(number(), integer(), description(`${about}, in seconds`));

/** An instant. */
export const time = (about: string) => pipe(string(), isoTimestamp(), description(`${about} (ISO 8601 in UTC)`));

export const choice = <const Options extends readonly string[]>(about: string, options: Options) =>
  pipe(picklist(options), description(about));

/** Null for what has no value. */
export const orNull = <Schema extends GenericSchema>(schema: Schema) => nullable(schema);

/** A field that is left out where it has no value. */
export const orAbsent = <Schema extends GenericSchema>(schema: Schema) => exactOptional(schema);

export const list = <Item extends GenericSchema>(about: string, item: Item) => pipe(array(item), description(about));

export const group = <Entries extends ObjectEntries>(about: string, entries: Entries) =>
  pipe(object(entries), description(about));

/** All that a command prints with --json. */
export const report = <Entries extends ObjectEntries>(command: string, about: string, entries: Entries) =>
  pipe(object(entries), title(`bakup ${command} --json`), description(about));

/** The fields of a path. */
export const pathFields = (about: string) => ({
  path: text(`${about}; what is not UTF-8 in it is replaced`),
  pathBase64: orAbsent(text("The exact bytes of a path that is not UTF-8, in base64; absent otherwise")),
});

/** What the report on one store begins with. */
export const storeFields = {
  profile: orNull(text("Name of the profile; null when the store was given by its folder")),
  store: text("The folder of the store"),
};

/** What could not be read or done, and why. */
export const problems = (about: string) => list(about, object({ ...pathFields("The path"), reason: text("Why not") }));
