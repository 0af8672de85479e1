/**
 * A directory or destination with exactly one slash at its end, as rsync wants it for "the contents of". Where the
 * directory is empty (`host:` is the home directory) it becomes `./`, because `host:/` would be the root directory.
 */
export function ensureTrailingSlash(expression: string): string {
  return /^(?:[^/]*:)?$/.test(expression) ? `${expression}./` : `${expression.replace(/\/+$/, "")}/`;
}
