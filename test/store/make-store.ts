import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { ensureIdentity } from "../../src/store/identity.ts";
import { openStore, type Store } from "../../src/store/layout.ts";

/** A folder that goes away with the test. */
export function temporaryFolder(test: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "bakup-test-"));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An empty store with an identity, in a folder that goes away with the test. */
export function temporaryStore(test: TestContext): Store {
  const path = join(temporaryFolder(test), "store");
  mkdirSync(path);
  const store = openStore(path);
  test.after(() => store.close());
  ensureIdentity(store);
  return store;
}
