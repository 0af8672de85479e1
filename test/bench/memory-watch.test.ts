import assert from "node:assert/strict";
import { test } from "node:test";
import { measure } from "./measure.ts";

test("a measure counts the memory and the bytes written of all that a command starts, also of grandchildren", async () => {
  const hold = "x = bytearray(60_000_000); import time; time.sleep(1.5)";
  const script = `python3 -c '${hold}' & sh -c "setsid python3 -c '${hold}'; true"; wait; head -c 3000000 /dev/zero >"$0"; sync "$0"; rm "$0"`;
  const file = `/var/tmp/bakup-measure-${process.pid}`;
  const { memory, written } = await measure({ file: "sh", args: ["-c", script, file] }, new AbortController().signal);
  assert.ok(memory > 120e6 && memory < 400e6, String(memory));
  assert.ok(written >= 3_000_000 && written < 6_000_000, String(written));
});
