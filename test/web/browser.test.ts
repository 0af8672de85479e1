import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { slowRsync, startBakup, until } from "../run/child.ts";
import { expectAccessible } from "./accessible.ts";
import { launchBrowser, newPage, type PageOptions } from "./new-page.ts";
import { type Served, serve } from "./served.ts";

const OLDER = "2026-03-01T02-00-00Z";
const NEWER = "2026-03-02T02-00-00Z";

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser?.close());

/** A page of a store with two snapshots, and a browser that has opened it and complains of nothing. */
async function open(t: TestContext, options: PageOptions = {}): Promise<Served & { page: Page }> {
  const served = await serve(t);
  // Closed before the server is, of whose end a browser may complain.
  const page = await newPage(t, browser, options);
  served.write("home/thesis.txt", "chapter one\n");
  served.write("home/picture", "\0\u0001binary");
  served.write(`home/<b>bold</b> & "quoted"`, "x");
  await served.backUp("2026-03-01T02:00:00Z");
  served.write("home/thesis.txt", "chapter one\nchapter two\n");
  await served.backUp("2026-03-02T02:00:00Z");
  await page.goto(served.web.url);
  return { ...served, page };
}

const PAGES: readonly (readonly [name: string, path: string, shows: RegExp])[] = [
  ["overview", "/", /box[\s\S]*Last complete/],
  ["profile", "/profile/box", /Snapshots, the newest first[\s\S]*Runs, the newest first/],
  ["folder", `/profile/box/snapshot/${NEWER}/folder?path=home`, /thesis\.txt[\s\S]*versions/],
  ["versions", "/profile/box/versions?path=home/thesis.txt", /changes since the one before/],
  ["difference", `/profile/box/difference?path=home/thesis.txt&older=${OLDER}&newer=${NEWER}`, /\+chapter two/],
  ["restore", `/profile/box/snapshot/${NEWER}/restore?path=home`, /Show the plan/],
];

for (const [scheme, width] of [
  ["light", 1200],
  ["dark", 360],
] as const) {
  test(`every page shows what it should and is accessible, ${scheme}, ${width} pixels wide`, async (t) => {
    const { page, origin } = await open(t, { colorScheme: scheme, width });
    for (const [name, path, shows] of PAGES) {
      await page.goto(`${origin}${path}`);
      assert.match(await page.locator("main").innerText(), shows, name);
      await expectAccessible(page, name);
      const overflow = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth",
      );
      assert.equal(overflow, 0, `${name} is wider than the screen`);
    }
  });
}

test("from click to file: an overview, a snapshot, a folder, a plan, a restored file", async (t) => {
  const { page, folder } = await open(t);
  await page.getByRole("link", { name: "box", exact: true }).click();
  await page.getByRole("link", { name: OLDER }).click();
  await page.getByRole("link", { name: "home/" }).click();
  await page.getByRole("link", { name: "Versions of thesis.txt" }).click();
  await page.getByRole("link", { name: "restore…" }).last().click();
  const to = join(folder, "restored");
  await page.getByLabel(/Into this folder/).fill(to);
  await page.getByRole("button", { name: "Show the plan" }).click();
  assert.match(await page.locator("main").innerText(), /New[\s\S]*home\/thesis\.txt|New\s+\d/);
  assert.ok(!existsSync(to));
  await expectAccessible(page, "plan");
  await page.getByRole("button", { name: "Restore" }).click();
  assert.match(await page.getByRole("status").last().innerText(), /2 new, 0 overwritten, 0 taken away/);
  assert.equal(readFileSync(join(to, "home/thesis.txt"), "utf8"), "chapter one\n");
  await expectAccessible(page, "restored");
});

test("a mistake in the form is said, and what would be overwritten is shown before", async (t) => {
  const { page, origin, folder } = await open(t);
  const address = `${origin}/profile/box/snapshot/${OLDER}/restore?path=home/thesis.txt`;
  await page.goto(address);
  await page.getByLabel(/Into this folder/).fill("relative");
  await page.getByRole("button", { name: "Show the plan" }).click();
  assert.match(await page.getByRole("alert").innerText(), /beginning with \//);
  mkdirSync(join(folder, "there/home"), { recursive: true });
  writeFileSync(join(folder, "there/home/thesis.txt"), "mine, and different\n");
  await page.getByLabel(/Into this folder/).fill(join(folder, "there"));
  await page.getByLabel(/Replace what exists/).check();
  await page.getByRole("button", { name: "Show the plan" }).click();
  assert.match(await page.locator("main").innerText(), /Overwritten\s+1/);
  await page.getByRole("button", { name: "Restore" }).click();
  assert.match(await page.locator("main").innerText(), /1 overwritten/);
  assert.equal(readFileSync(join(folder, "there/home/thesis.txt"), "utf8"), "chapter one\n");
});

test("what was added and what was taken away are marked, and markup in a text stays text", async (t) => {
  const { page, origin, write, backUp } = await open(t);
  write("home/thesis.txt", "chapter <b>one</b>\nchapter two\n");
  await backUp("2026-03-03T02:00:00Z");
  await page.goto(`${origin}/profile/box/difference?path=home/thesis.txt&older=${NEWER}&newer=2026-03-03T02-00-00Z`);
  assert.deepEqual(await page.locator("pre ins").allInnerTexts(), ["+chapter <b>one</b>"]);
  assert.deepEqual(await page.locator("pre del").allInnerTexts(), ["-chapter one"]);
  assert.match(await page.locator("pre").innerText(), /^--- before\n\+\+\+ after\n[\s\S]*\n chapter two\n?$/);
});

test("everything can be reached with the keyboard", async (t) => {
  const { page } = await open(t);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate("document.activeElement.textContent"), "Skip to the contents");
  for (let presses = 0; presses < 10; presses += 1) {
    await page.keyboard.press("Tab");
    if ((await page.evaluate("document.activeElement.textContent")) === "box") {
      await page.keyboard.press("Enter");
      await page.waitForURL(/profile\/box/);
      return;
    }
  }
  assert.fail("no key leads to the profile");
});

test("a run can be watched while it works, and the page is new when it has ended", async (t) => {
  const { page, folder, source } = await open(t);
  const { env, pidFile } = slowRsync(folder);
  writeFileSync(join(source, "large"), Buffer.alloc(400_000, "x"));
  const run = startBakup(["run", "--config", join(folder, "bakup.conf"), "--log-format", "human"], { env });
  await until(() => existsSync(pidFile), { what: "the transfer" });
  await page.getByText(/Running now: transfer/).waitFor({ timeout: 20_000 });
  await expectAccessible(page, "running");
  assert.equal((await run.ended).code, 0);
  await page.getByText(/Running now/).waitFor({ state: "hidden", timeout: 20_000 });
  await page.goto(`${new URL(page.url()).origin}/profile/box`);
  assert.match(await page.locator("main").innerText(), /3 seconds|seconds/);
  assert.equal((await page.locator("tbody tr").count()) >= 5, true);
});

test("without a script the page still tells all", async (t) => {
  const served = await serve(t);
  const context = await browser.newContext({ javaScriptEnabled: false });
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(served.web.url);
  assert.match(await page.locator("main").innerText(), /box[\s\S]*never/);
});
