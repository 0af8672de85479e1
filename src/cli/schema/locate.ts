import { description, type InferOutput, literal, object, pipe, title, union } from "valibot";
import { count, orNull, text } from "./words.ts";

const username = orNull(text("The user there; null when none is given"));
const hostname = text("The host, without the brackets of an IPv6 address");

export const locateSchema = pipe(
  union([
    object({ kind: literal("local"), directory: text("The folder on this machine") }),
    object({ kind: literal("ssh"), username, hostname, directory: text("The folder there") }),
    object({
      kind: literal("daemon"),
      username,
      hostname,
      port: count("The port of the rsync daemon"),
      module: text("The module"),
      directory: text("The folder in the module"),
    }),
    object({ error: literal("InvalidDestination"), message: text("Why it cannot be read; the exit code is 64") }),
  ]),
  title("bakup locate --json"),
  description("How a location is read."),
);

export type LocateJson = InferOutput<typeof locateSchema>;
