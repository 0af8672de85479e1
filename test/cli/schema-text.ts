import { toJsonSchema } from "@valibot/to-json-schema";
import { PUBLISHED } from "../../src/cli/schema/published.ts";

/** A schema as it is published: a document of JSON Schema 2020-12. */
export function publishedSchema(name: string): Record<string, unknown> {
  const schema = PUBLISHED[name];
  if (schema === undefined) {
    throw new Error(`src/cli/schema/published.ts has no schema for ${name}`);
  }
  const { $schema, ...rest } = toJsonSchema(schema, { target: "draft-2020-12" });
  return { $schema, $id: `urn:bakup:schema:${name}`, ...rest };
}

/** The same as the text of its file. */
export function schemaText(name: string): string {
  return `${JSON.stringify(publishedSchema(name), null, 2)}\n`;
}
