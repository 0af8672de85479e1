import type { InferOutput } from "valibot";
import type { KeyRule } from "../../config/rule.ts";

/** A key of pool.conf; one that is required has neither a default nor a meaning when it is absent. */
export interface PoolKeyRule extends KeyRule {
  required?: true;
}

export interface PoolSectionRule {
  description: string;
  keys: Readonly<Record<string, PoolKeyRule>>;
}

type ValueOf<Rule extends PoolKeyRule> = Rule extends { repeats: true }
  ? readonly InferOutput<Rule["schema"]>[]
  : Rule extends { default: string } | { required: true }
    ? InferOutput<Rule["schema"]>
    : InferOutput<Rule["schema"]> | undefined;

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

/** The typed values of a section: `working_dir` is `workingDir` here. */
export type SectionValues<Rule extends PoolSectionRule> = {
  readonly [Key in keyof Rule["keys"] & string as CamelCase<Key>]: ValueOf<Rule["keys"][Key]>;
};

/** "working_dir" is workingDir in the program. */
export function camelCase(key: string): string {
  return key.replace(/_(\w)/g, (_all, letter: string) => letter.toUpperCase());
}
