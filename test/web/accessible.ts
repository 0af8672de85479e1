import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** Has axe look at a page, and fails with what it objects to. @param what the page is, for people. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  // Our pages forbid foreign scripts; the checker is put in by the browser's own hand.
  const results = await page.evaluate(
    `(() => { const module = undefined; ${readFileSync(AXE, "utf8")}; return axe.run(); })()`,
  );
  const { violations } = results as { violations: { id: string; nodes: { html: string }[] }[] };
  assert.deepEqual(
    violations.map(({ id, nodes }) => `${what}: ${id}: ${nodes[0]?.html}`),
    [],
  );
}
