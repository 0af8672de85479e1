import { loadAddon } from "../process/addon.ts";

const SMALLEST = 1024;

/** A set of numbers above zero, of up to 64 bits: 8 to 32 bytes each where a Set takes a hundred. */
export class NumberSet {
  /** How many there are. */
  size = 0;
  private keys = new BigUint64Array(SMALLEST);

  has(key: bigint): boolean {
    return this.keys[slotOf(this.keys, key)] === key;
  }

  /** @returns whether it was not there. */
  add(key: bigint): boolean {
    const slot = slotOf(this.keys, key);
    if (this.keys[slot] === key) {
      return false;
    }
    this.keys[slot] = key;
    this.size += 1;
    if (this.size * 2 > this.keys.length) {
      this.grow();
    }
    return true;
  }

  /** Gives its memory back; it cannot be used any more. */
  free(): void {
    loadAddon().freeMemory(this.keys);
  }

  private grow(): void {
    const keys = this.keys;
    this.keys = new BigUint64Array(keys.length * 2);
    for (const key of keys) {
      if (key !== 0n) {
        this.keys[slotOf(this.keys, key)] = key;
      }
    }
    loadAddon().freeMemory(keys);
  }
}

/** A map from numbers above zero to numbers, both up to 64 bits: 16 to 64 bytes an entry where a Map takes more. */
export class NumberTable {
  private keys = new BigUint64Array(SMALLEST);
  private values = new BigUint64Array(SMALLEST);
  private count = 0;

  get(key: bigint): bigint | undefined {
    const slot = slotOf(this.keys, key);
    return this.keys[slot] === key ? this.values[slot] : undefined;
  }

  set(key: bigint, value: bigint): void {
    const slot = slotOf(this.keys, key);
    if (this.keys[slot] !== key) {
      this.count += 1;
      this.keys[slot] = key;
    }
    this.values[slot] = value;
    if (this.count * 2 > this.keys.length) {
      this.grow();
    }
  }

  private grow(): void {
    const [keys, values] = [this.keys, this.values];
    this.keys = new BigUint64Array(keys.length * 2);
    this.values = new BigUint64Array(keys.length * 2);
    for (const [index, key] of keys.entries()) {
      if (key !== 0n) {
        const slot = slotOf(this.keys, key);
        this.keys[slot] = key;
        this.values[slot] = values[index] ?? 0n;
      }
    }
  }
}

/** Where a key is, or else the free place for it; 0 is no key. */
function slotOf(keys: BigUint64Array, key: bigint): number {
  const mask = keys.length - 1;
  let slot = Math.imul(Number(key & 0xffffffffn) ^ Number(key >> 32n), 0x9e3779b1) >>> 0;
  for (slot &= mask; keys[slot] !== key && keys[slot] !== 0n; slot = (slot + 1) & mask) {
    // The next free place, or the one that has the key.
  }
  return slot;
}
