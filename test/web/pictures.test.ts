import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { makeDemo } from "./demo.ts";
import { launchBrowser, newPage } from "./new-page.ts";
import { serve } from "./served.ts";

/**
 * The pictures of the README are made by this test, when it is asked to:
 * BAKUP_TEST_PICTURES=yes node --import tsx test/run-tests.mjs test/web/pictures.test.ts
 */
const FOLDER = "test/web/pictures";
const IS_WANTED = process.env.BAKUP_TEST_PICTURES !== undefined;
const WIDTH = 900;

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser?.close());

/** Takes the upper part of a page, with the paths of the demonstration as they would be on a real machine. */
async function take(page: Page, file: string, { folder, height }: { folder: string; height: number }): Promise<void> {
  if (IS_WANTED) {
    await page.evaluate(`document.body.innerHTML = document.body.innerHTML.replaceAll(${JSON.stringify(folder)}, "")`);
    const picture = await page.screenshot({ fullPage: true, clip: { x: 0, y: 0, width: WIDTH, height } });
    writeFileSync(join(FOLDER, file), picture);
  }
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`the pages of which the README has pictures, ${colorScheme}`, async (t) => {
    const served = await serve(t);
    const { origin, folder } = served;
    const page = await newPage(t, browser, { colorScheme, width: WIDTH });
    await makeDemo(served);
    await page.goto(served.web.url);
    const overview = await page.locator("main").innerText();
    assert.match(overview, /laptop[\s\S]*✓ all is well[\s\S]*photos[\s\S]*✗ 1 trouble[\s\S]*is 14 days old/);

    await page.goto(`${origin}/profile/laptop`);
    const line = page.locator("svg.timeline");
    const label = (await line.getAttribute("aria-label")) ?? "";
    assert.match(label, /^Snapshots over time, the newest at the right: \d+ kept \(filled\), \d+ to go/);
    assert.equal(await line.locator("circle").count(), 29);
    const going = await page.locator("tbody strong", { hasText: "goes at the next rotation" }).count();
    assert.ok(going > 0);
    assert.equal(await line.locator("circle.going").count(), going);
    assert.match(await page.locator("figcaption").nth(0).innerText(), /Duration of the runs, at most .*\n.* to 20/);
    await take(page, `profile-${colorScheme}.png`, { folder, height: 720 });

    await page.goto(`${origin}/profile/laptop`);
    await page.locator("tbody th a").nth(1).click();
    await page.getByRole("link", { name: "Documents/" }).click();
    await page.getByRole("link", { name: /^Restore this folder/ }).click();
    await page.getByLabel(/Into this folder/).fill(join(folder, "home/anna"));
    await page.getByLabel(/Replace what exists/).check();
    await page.getByRole("button", { name: "Show the plan" }).click();
    assert.match(await page.locator("main").innerText(), /Overwritten\s+1/);
    await page.locator("summary", { hasText: "Overwritten" }).click();
    assert.match(await page.locator("main").innerText(), /Documents\/thesis\/chapter-2\.md/);
    await take(page, `plan-${colorScheme}.png`, { folder, height: 560 });
  });
}

test("the pictures that the README shows are there, and are no larger than they need be", () => {
  const readme = readFileSync("README.md", "utf8");
  const shown = [...readme.matchAll(/test\/web\/pictures\/[\w-]+\.png/g)].map(([path]) => path);
  assert.deepEqual([...new Set(shown)].length, 4);
  for (const path of shown) {
    assert.ok(readFileSync(path).length < 150_000, path);
  }
});
