/** Runs a function with the process's zone set, and checks that it took effect. */
export function inZone<T>(zone: string, run: () => T): T {
  const before = process.env.TZ;
  process.env.TZ = zone;
  try {
    const actual = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (actual !== zone) {
      throw new Error(`the zone is ${actual}, not ${zone}`);
    }
    return run();
  } finally {
    if (before === undefined) {
      delete process.env.TZ;
    } else {
      process.env.TZ = before;
    }
  }
}
