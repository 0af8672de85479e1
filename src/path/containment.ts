import { resolve } from "node:path";

/** Whether `inner` is `outer` or lies below it, by path segments (`/mnt2` does not lie in `/mnt`). Both absolute. */
export function contains(outer: string, inner: string): boolean {
  const from = withSlash(resolve(outer));
  return withSlash(resolve(inner)).startsWith(from);
}

function withSlash(path: string): string {
  return path.endsWith("/") ? path : `${path}/`;
}
