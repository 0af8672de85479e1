import { posix } from "./far-shell.ts";
import { type FarStore, runInStore } from "./far-store.ts";

const COUNT = posix`
cd -- "./$1" || fail "there is no mirror $1"
say entries $(($(find . -xdev -print0 | tr -dc '\000' | wc -c)))
say bytes $(($(find . -xdev -type f -exec ls -ln {} + | awk '{ bytes += $5 } END { printf "%.0f", bytes }')))`;

/** How large the mirror there is: all its entries, and about how many bytes. */
export async function measureFarMirror(store: FarStore): Promise<{ entries: number; bytes: number }> {
  const answer = await runInStore(store, COUNT, { args: [store.mirror] });
  return { entries: Number(answer.get("entries") ?? 0), bytes: Number(answer.get("bytes") ?? 0) };
}
