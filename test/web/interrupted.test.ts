import assert from "node:assert/strict";
import { test } from "node:test";
import { thisProcess } from "../../src/lock/machine.ts";
import { appendToHistory } from "../../src/run/history/file.ts";
import { serve } from "./served.ts";

test("a run that was cut off is shown as trouble, with when and in which step it was", async (t) => {
  const served = await serve(t);
  served.write("a", "one");
  await served.backUp(new Date(Date.now() - 3_600_000).toISOString());
  const started = new Date(Date.now() - 600_000).toISOString();
  const [run, stepStarted] = ["gone", new Date(Date.now() - 300_000).toISOString()];
  appendToHistory("box", { event: "begin", run, started, process: { ...thisProcess(), ticks: "1" } });
  appendToHistory("box", { event: "step", run, started, step: "transfer", stepStarted });
  const overview = await (await served.get("/")).text();
  assert.match(overview, /1 trouble/);
  assert.match(overview, /begun 10 minutes ago, was cut off in the step transfer: by a power cut, or killed/);
  assert.match(overview, /<dt>Last run<\/dt><dd>10 minutes ago/);
  assert.match(await (await served.get("/profile/box")).text(), /class="bad">cut off in the step transfer/);
  const page = await (await served.get("/profile/box/run/gone")).text();
  assert.match(page, /<dt>Step<\/dt><dd>transfer, since 20/);
});
