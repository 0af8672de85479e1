import type { ManifestEntry } from "../manifest/entry.ts";

/** A random choice among entries that come one by one: each has the same chance, however many there are. */
export class Sample {
  private readonly held: ManifestEntry[] = [];
  private offered = 0;
  private readonly count: number;
  private readonly mostBytes: number;
  private readonly random: () => number;

  constructor(count: number, mostBytes: number, random: () => number = Math.random) {
    this.count = count;
    this.mostBytes = mostBytes;
    this.random = random;
  }

  offer(entry: ManifestEntry): void {
    if (entry.size > this.mostBytes) {
      return;
    }
    this.offered += 1;
    const place = this.held.length < this.count ? this.held.length : Math.floor(this.random() * this.offered);
    if (place < this.count) {
      this.held[place] = entry;
    }
  }

  /** Sorted by path; the largest are left out where there would be too many bytes. */
  chosen(): ManifestEntry[] {
    let bytes = 0;
    return [...this.held]
      .sort((a, b) => a.size - b.size)
      .filter(({ size }) => {
        bytes += size;
        return bytes <= this.mostBytes;
      })
      .sort((a, b) => (a.path < b.path ? -1 : 1));
  }
}
