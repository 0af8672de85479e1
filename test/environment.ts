import type { TestContext } from "node:test";

/** Sets a variable of this process, which its children inherit, until the test ends. */
export function setInEnvironment(test: Pick<TestContext, "after">, name: string, value: string): void {
  const before = process.env[name];
  process.env[name] = value;
  test.after(() => {
    if (before === undefined) {
      delete process.env[name];
    } else {
      process.env[name] = before;
    }
  });
}
