import assert from "node:assert/strict";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { expectAccessible } from "./accessible.ts";
import { launchBrowser, newPage } from "./new-page.ts";
import { type Served, serve } from "./served.ts";

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser?.close());

async function open(t: TestContext): Promise<Served & { page: Page }> {
  const served = await serve(t);
  const page = await newPage(t, browser);
  served.write("letter", "dear reader\n");
  await page.goto(served.web.url);
  return { ...served, page };
}

async function textOf(page: Page, what: string): Promise<string> {
  await expectAccessible(page, what);
  return page.locator("main").innerText();
}

test("before the first run the pages say what is missing, and are accessible", async (t) => {
  const { page, origin } = await open(t);
  assert.match(await textOf(page, "overview"), /box[\s\S]*never/);
  await page.goto(`${origin}/profile/box`);
  assert.match(await textOf(page, "profile"), /never run/);
});

test("the log of a run that went well, and of one that did not with what to do, from click to log", async (t) => {
  const { page, origin, source, backUp } = await open(t);
  await backUp("2026-03-01T02:00:00Z");
  renameSync(source, `${source}.away`);
  assert.equal((await backUp("2026-03-02T02:00:00Z")).exitCode, 5);
  for (const [nth, shows] of [
    [0, /exit code 5[\s\S]*What to do[\s\S]*Snapshot\s+none[\s\S]*The end of its log[\s\S]*error/],
    [1, /done \(exit code 0\)[\s\S]*2026-03-01T02-00-00Z \(complete\)[\s\S]*Steps[\s\S]*transfer/],
  ] as const) {
    await page.goto(`${origin}/profile/box`);
    await page.locator('a[href*="/run/"]').nth(nth).click();
    assert.match(await textOf(page, "run"), shows);
  }
  await page.goto(origin);
  assert.match(await textOf(page, "overview with trouble"), /the source .* does not exist|the last run failed/i);
});

test("every snapshot says why it stays, and rotation's next victims that they go", async (t) => {
  const { page, origin, folder, backUp } = await open(t);
  writeFileSync(join(folder, "bakup.conf"), "[rotation]\nenabled = no\ndaily = 2\n", { flag: "a" });
  for (const day of [1, 2, 3]) {
    await backUp(`2026-03-0${day}T02:00:00Z`);
  }
  await page.goto(`${origin}/profile/box`);
  await expectAccessible(page, "profile");
  const rows = await page
    .getByRole("row")
    .filter({ hasText: /^2026-03-0\dT/ })
    .allInnerTexts();
  assert.deepEqual(
    rows.map((row) => /goes at the next rotation|daily/.exec(row)?.[0]),
    ["daily", "daily", "goes at the next rotation"],
  );
  const marks = await page.locator("svg circle title").allTextContents();
  assert.equal(marks.filter((label) => /goes at the next rotation/.test(label)).length, 1);
});

test("a file is downloaded by a click on its name", async (t) => {
  const { page, origin, backUp } = await open(t);
  const { snapshot } = await backUp("2026-03-01T02:00:00Z");
  await page.goto(`${origin}/profile/box/snapshot/${snapshot}/folder?path=`);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "letter", exact: true }).click(),
  ]);
  assert.equal(download.suggestedFilename(), "letter");
  assert.equal(readFileSync(await download.path(), "utf8"), "dear reader\n");
});

test("what is not there is said on a page that is accessible", async (t) => {
  const { page, origin, get } = await open(t);
  for (const [path, says] of [
    ["/nothing", /There is no such page/],
    ["/profile/other", /There is no such profile/],
    ["/profile/box/run/0", /There is no such run/],
    ["/profile/box/snapshot/2026-03-01T02-00-00Z/folder?path=", /snapshots folder/],
  ] as const) {
    assert.equal((await get(path)).status, 404, path);
    // A browser complains of the status; that is no fault of the page.
    await page.route(`${origin}${path}`, async (route) =>
      route.fulfill({ response: await route.fetch(), status: 200 }),
    );
    await page.goto(`${origin}${path}`);
    assert.match(await page.getByRole("alert").innerText(), says);
    await expectAccessible(page, path);
  }
});

test("a profile whose store is on another machine says how to look into it", async (t) => {
  const { page, origin, folder } = await open(t);
  const config = join(folder, "bakup.conf");
  writeFileSync(config, readFileSync(config, "utf8").replace(/location = .*/, "location = root@nas:/srv/box/latest"));
  await page.goto(`${origin}/profile/box`);
  assert.match(await textOf(page, "profile"), /another machine[\s\S]*ssh -t root@nas bakup browse --store \/srv\/box/);
});
