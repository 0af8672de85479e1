import assert from "node:assert/strict";
import { test } from "node:test";
import { timestampOf } from "../../src/retention/timestamp.ts";
import { inZone } from "../schedule/zone.ts";

const BERLIN: [name: string, instant: string | undefined, naive?: string][] = [
  ["2026-11-22T02-00-13Z", "2026-11-22T02:00:13Z", "2026-11-22T03:00:13Z"],
  ["2026-07-01T22-30-00Z", "2026-07-01T22:30:00Z", "2026-07-02T00:30:00Z"],
  ["2026-11-21 02:00:11", "2026-11-21T01:00:11Z", "2026-11-21T02:00:11Z"],
  ["2026-11-22T02-00-13Z.old", "2026-11-22T01:00:13Z", "2026-11-22T02:00:13Z"],
  ["20240101", "2023-12-31T23:00:00Z", "2024-01-01T00:00:00Z"],
  ["backup-20240107-080910.tar.gz", "2024-01-07T07:09:10Z", "2024-01-07T08:09:10Z"],
  ["2024-01-08 09", "2024-01-07T23:00:00Z", "2024-01-08T00:00:00Z"],
  ["2024-01-15 10:11", "2024-01-15T09:11:00Z", "2024-01-15T10:11:00Z"],
  ["٢٠٢٤-٠١-٠٢", "2024-01-01T23:00:00Z", "2024-01-02T00:00:00Z"],
  ["𝟚𝟘𝟚𝟜-01-02", "2024-01-01T23:00:00Z", "2024-01-02T00:00:00Z"],
  ["2024-02-29", "2024-02-28T23:00:00Z", "2024-02-29T00:00:00Z"],
  ["2023-02-29", undefined],
  ["2024-13-01", undefined],
  ["2024-13-01T00-00-00Z", undefined],
  ["2024-01-01 24:00:00", undefined],
  ["2024-01-01 10:60", undefined],
  ["0000-01-01", undefined],
  ["2024-13-01 2024-01-01", undefined],
  ["2024--01-13", undefined],
  ["24-01-17", undefined],
  ["latest", undefined],
  ["", undefined],
  ["the hour 02:30 left out: 2026-03-29 02:30:00", "2026-03-29T01:30:00Z", "2026-03-29T02:30:00Z"],
  ["the hour 02:30 twice: 2026-10-25 02:30:00", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z"],
  ["2026-10-25T00-30-00Z", "2026-10-25T00:30:00Z", "2026-10-25T02:30:00Z"],
];

for (const [name, instant, naive] of BERLIN) {
  test(`in Berlin "${name}" is ${instant ?? "no snapshot's name"}`, () => {
    const time = inZone("Europe/Berlin", () => timestampOf(name));
    const expected = instant && naive ? { instant: Date.parse(instant), naive: Date.parse(naive) } : undefined;
    assert.deepEqual(time, expected);
  });
}

test("the later reading is taken on both sides of the Atlantic and where clocks move half an hour", () => {
  const read = (zone: string, name: string) => inZone(zone, () => timestampOf(name)?.instant);
  assert.equal(read("America/New_York", "2026-11-01 01:30:00"), Date.parse("2026-11-01T01:30:00-05:00"));
  assert.equal(read("America/New_York", "2026-03-08 02:30:00"), Date.parse("2026-03-08T02:30:00-05:00"));
  assert.equal(read("Australia/Lord_Howe", "2026-04-05 01:45:00"), Date.parse("2026-04-05T01:45:00+10:30"));
  assert.equal(read("Australia/Lord_Howe", "2026-10-04 02:15:00"), Date.parse("2026-10-04T02:15:00+10:30"));
});
