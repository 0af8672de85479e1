const SMALLEST = 1024;
const FREE = 0;

/** Numbers of records by the lowest 32 bits of the inodes that they are of: 16 to 32 bytes an entry; records know the rest. */
export class InodeTable {
  /** The inode's bits, and the record's number plus one, in the same slot of both. */
  private inodes = new Uint32Array(SMALLEST);
  private numbers = new Uint32Array(SMALLEST);
  private count = 0;

  add(bits: number, number: number): void {
    this.put(bits, number);
    this.count += 1;
    if (this.count * 2 > this.numbers.length) {
      this.grow();
    }
  }

  /** The newest record that `isOf` says is of the inode; those of a few other inodes are asked about, too. */
  find(bits: number, isOf: (number: number) => boolean): number | undefined {
    let found: number | undefined;
    for (let slot = this.firstSlot(bits); this.numbers[slot] !== FREE; slot = this.next(slot)) {
      const number = (this.numbers[slot] ?? FREE) - 1;
      if (this.inodes[slot] === bits && (found === undefined || number > found) && isOf(number)) {
        found = number;
      }
    }
    return found;
  }

  private put(bits: number, number: number): void {
    let slot = this.firstSlot(bits);
    while (this.numbers[slot] !== FREE) {
      slot = this.next(slot);
    }
    this.inodes[slot] = bits;
    this.numbers[slot] = number + 1;
  }

  private firstSlot(bits: number): number {
    return (Math.imul(bits, 0x9e3779b1) >>> 0) & (this.numbers.length - 1);
  }

  private next(slot: number): number {
    return (slot + 1) & (this.numbers.length - 1);
  }

  private grow(): void {
    const [inodes, numbers] = [this.inodes, this.numbers];
    this.inodes = new Uint32Array(numbers.length * 2);
    this.numbers = new Uint32Array(numbers.length * 2);
    for (const [slot, number] of numbers.entries()) {
      if (number !== FREE) {
        this.put(inodes[slot] ?? 0, number - 1);
      }
    }
  }
}
