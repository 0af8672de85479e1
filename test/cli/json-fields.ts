/** A JSON Schema, as far as the published ones go. */
export interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  description?: string;
  enum?: unknown[];
}

/** All fields that a schema has, such as "profiles.lastRun.error"; what lies in lists counts as lying in their owner. */
export function fieldsOfSchema(schema: JsonSchema, above = ""): string[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => [
    `${above}${name}`,
    ...fieldsOfSchema(inner, `${above}${name}.`),
  ]);
  const parts = [schema.items ?? [], schema.anyOf ?? [], schema.oneOf ?? []].flat();
  return [...own, ...parts.flatMap((part) => fieldsOfSchema(part, above))];
}

/** All fields that a value has, named in the same way. */
export function fieldsOfValue(value: unknown, above = ""): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((each) => fieldsOfValue(each, above));
  }
  return typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([name, inner]) => [`${above}${name}`, ...fieldsOfValue(inner, `${above}${name}.`)])
    : [];
}

/** The same schema, but letting no field pass that it does not have. */
export function closed(schema: JsonSchema): object {
  return JSON.parse(JSON.stringify(schema), (_, inner) =>
    inner?.properties === undefined || typeof inner.type !== "string"
      ? inner
      : { ...inner, additionalProperties: false },
  );
}
