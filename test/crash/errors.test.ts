import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { countCases } from "../safety/cases.ts";
import { temporaryFolder } from "../store/make-store.ts";
import { type Call, callsOnStore, startInjected } from "./inject.ts";
import { copyScene, makeScene } from "./scene.ts";
import { brokenIn, type Strike, strikeAll } from "./strike.ts";

const ERRORS = ["ENOSPC", "EIO", "EROFS", "EDQUOT", "EMLINK"];
/** What a run may end with when the disk refuses something; 70 would be a mistake of ours. */
const HONEST_CODES = [0, 3, 5, 6];
/** Every error at every call instead of another error at each: takes half an hour. */
const EVERYTHING = process.env.BAKUP_TEST_CRASH === "all";

function failing(call: Call, error: string): Strike {
  return {
    title: `${error} at ${call.name} ${call.when}, ${call.text}`,
    start: (copy) => startInjected(copy, call, `error=${error}`),
  };
}

test("an error of the disk at each system call on the store: said or overcome, nothing lost, and the next run ends well", async (t) => {
  const scene = await makeScene(join(temporaryFolder(t), "scene"));
  const calls = await callsOnStore(copyScene(scene, join(scene.top, "calls")), { reads: true });
  // The same thread also writes to its own event loop, at times that differ: full-disk.test.ts makes real writes fail.
  const precise = calls.filter(({ name }) => name !== "write");
  const strikes = precise.flatMap((call, index) =>
    (EVERYTHING ? ERRORS : [ERRORS[index % ERRORS.length] ?? ""]).map((error) => failing(call, error)),
  );
  const outcomes = await strikeAll(scene, strikes);
  countCases(t, outcomes.length, `${outcomes.filter(({ end }) => end.code === 0).length} of them overcome`);
  // A file whose inode can take no more links is copied, and counted: then its names are two inodes in that snapshot.
  const isCopied = (line: string) => line.startsWith("EMLINK at link") && /: links of b'/.test(line);
  assert.deepEqual(
    brokenIn(outcomes).filter((line) => !isCopied(line)),
    [],
  );
  const odd = outcomes.filter(({ end }) => end.code === null || !HONEST_CODES.includes(end.code));
  assert.deepEqual(
    odd.slice(0, 20).map(({ title, end }) => `${title}: ended with ${end.code ?? end.signal}: ${end.stderr}`),
    [],
  );
});
