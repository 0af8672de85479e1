import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { type Browser, chromium, type Page } from "playwright-core";

/** Debian's Chromium, without a screen and without calling home. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  });
}

export interface PageOptions {
  colorScheme?: "dark" | "light";
  width?: number;
}

/** An empty page. The test fails when the browser complains of anything that is shown in it. */
export async function newPage(
  t: TestContext,
  browser: Browser,
  { colorScheme = "light", width = 1200 }: PageOptions = {},
): Promise<Page> {
  const complaints: string[] = [];
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
  t.after(async () => {
    const told = complaints.splice(0);
    await context.close();
    assert.deepEqual(told, []);
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on(
    "console",
    (message) => void (["error", "warning"].includes(message.type()) && complaints.push(message.text())),
  );
  page.on("pageerror", (error) => void complaints.push(String(error)));
  page.on(
    "requestfailed",
    (request) => void (request.failure()?.errorText !== "net::ERR_ABORTED" && complaints.push(request.url())),
  );
  return page;
}
