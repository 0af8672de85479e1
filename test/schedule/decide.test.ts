import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { matchingBand } from "../../src/schedule/bands.ts";
import { decide, type ScheduleRequest } from "../../src/schedule/decide.ts";
import { inZone } from "./zone.ts";

interface Vector {
  id: string;
  tz: string;
  now: string;
  lastBackup: string | null;
  current: string;
  flagFile: string | null;
  args: string[];
  decision: string;
  note: string;
}

/** Vectors about the state of BURP's files that `lastStart` cannot tell: whoever reads the state decides these. */
const NOT_EXPRESSIBLE = new Map([
  [
    "st-missing-ts-badiv",
    "a backup that exists but has no time; for decide() that is no backup, which asks no interval",
  ],
]);

const { vectors } = JSON.parse(readFileSync("test/vectors/timer.json", "utf8")) as { vectors: Vector[] };

for (const vector of vectors.filter(({ id }) => !NOT_EXPRESSIBLE.has(id))) {
  test(`${vector.id}: ${vector.decision} ${vector.note}`, () => {
    const { decision, reason } = inZone(vector.tz, () => decide(toRequest(vector)));
    assert.equal(decision, vector.decision, reason);
  });
}

test("all vectors but those that speak of other things than decide() are asked", () => {
  const left = vectors.filter(({ id }) => NOT_EXPRESSIBLE.has(id));
  assert.deepEqual(
    left.map(({ id }) => id),
    [...NOT_EXPRESSIBLE.keys()],
  );
});

function toRequest(vector: Vector): ScheduleRequest {
  return {
    now: Date.parse(vector.now),
    lastStart: vector.current === "directory" ? readBurpTime(vector.lastBackup) : null,
    timerArgs: vector.args,
    flagFile: vector.flagFile === "file",
    force: false,
  };
}

/** "0000001 2027-03-01 10:00:00 +1000", or the older form without an offset, which is local time. */
function readBurpTime(text: string | null): number | null {
  const [, date, time, offset] = /^\d+ (\S+) (\S+)(?: ([+-]\d{4}))?$/.exec(text ?? "") ?? [];
  const instant = Date.parse(`${date}T${time}${offset?.replace(/(\d\d)$/, ":$1") ?? ""}`);
  return Number.isNaN(instant) ? null : instant;
}

interface Case {
  name: string;
  zone?: string;
  now: string;
  last?: string;
  args: string[];
  rule: string;
  next: string | null;
}

const NIGHTS = "Mon,Tue,Wed,Thu,Fri,00,01,02,03,04,05,19,20,21,22,23";
const WEEKENDS = "Sat,Sun,00,01,02,03,04,05,06,07,08,17,18,19,20,21,22,23";

const SKIPS: Case[] = [
  {
    name: "outside of the bands, the next is the band's first second",
    now: "2027-03-01T12:00:00Z",
    last: "2027-02-01T20:00:00Z",
    args: ["20h", NIGHTS, WEEKENDS],
    rule: "band",
    next: "2027-03-01T19:00:00.000Z",
  },
  {
    name: "the interval that ends inside a band is over one second later",
    now: "2027-03-01T19:30:00Z",
    last: "2027-03-01T00:00:00Z",
    args: ["20h", NIGHTS],
    rule: "interval",
    next: "2027-03-01T20:00:01.000Z",
  },
  {
    name: "the interval that ends outside of the bands waits for the next band",
    now: "2027-03-01T05:30:00Z",
    last: "2027-02-28T10:00:00Z",
    args: ["20h", "Mon,05,07"],
    rule: "interval",
    next: "2027-03-01T07:00:00.000Z",
  },
  {
    name: "outside of the bands, an interval that is not over at the next band waits for the one after it",
    now: "2027-03-01T12:00:00Z",
    last: "2027-03-01T11:00:00Z",
    args: ["5d", "Mon,Tue,10"],
    rule: "band",
    next: "2027-03-08T10:00:00.000Z",
  },
  {
    name: "a band of one hour a week",
    now: "2027-03-01T11:00:00Z",
    args: ["20h", "Mon,10"],
    rule: "band",
    next: "2027-03-08T10:00:00.000Z",
  },
  { name: "no band", now: "2027-03-01T12:00:00Z", args: ["20h"], rule: "band", next: null },
  { name: "no arguments", now: "2027-03-01T12:00:00Z", args: [], rule: "band", next: null },
  { name: "bands that cannot match", now: "2027-03-01T12:00:00Z", args: ["1h", "Mon", "10"], rule: "band", next: null },
  {
    name: "a broken interval that would stop the backup in the band",
    now: "2027-03-01T12:00:00Z",
    last: "2027-02-01T12:00:00Z",
    args: ["20x", "Mon,10"],
    rule: "band",
    next: null,
  },
  {
    name: "an interval that ends after the end of time",
    now: "2027-03-01T12:00:00Z",
    last: "2027-02-01T12:00:00Z",
    args: ["99999999999999999999w", "always"],
    rule: "interval",
    next: null,
  },
  {
    name: "Berlin in spring: 02 does not exist on March 28, so the band opens a week later",
    zone: "Europe/Berlin",
    now: "2027-03-22T12:00:00+01:00",
    args: ["1h", "Sun,02"],
    rule: "band",
    next: "2027-04-04T00:00:00.000Z",
  },
  {
    name: "Berlin in spring: 03 begins at 01:00 UTC, right after 01:59:59",
    zone: "Europe/Berlin",
    now: "2027-03-28T01:30:00+01:00",
    args: ["1h", "Sun,03"],
    rule: "band",
    next: "2027-03-28T01:00:00.000Z",
  },
  {
    name: "Berlin in autumn: the hour 02 comes twice, and an interval that ends in the first lets the second pass",
    zone: "Europe/Berlin",
    now: "2027-10-31T01:30:00+02:00",
    last: "2027-10-31T01:20:00+02:00",
    args: ["100m", "Sun,02"],
    rule: "band",
    next: "2027-10-31T01:00:01.000Z",
  },
  {
    name: "Berlin in autumn: 03 begins an hour later than usual",
    zone: "Europe/Berlin",
    now: "2027-10-31T02:30:00+02:00",
    args: ["1h", "Sun,03"],
    rule: "band",
    next: "2027-10-31T02:00:00.000Z",
  },
  {
    name: "Lord Howe in spring: half an hour is left out, and 02 begins at half past",
    zone: "Australia/Lord_Howe",
    now: "2027-10-03T01:40:00+10:30",
    args: ["1h", "Sun,02"],
    rule: "band",
    next: "2027-10-02T15:30:00.000Z",
  },
  {
    name: "Chatham in spring: clocks change at a quarter to three, and 03 begins then",
    zone: "Pacific/Chatham",
    now: "2027-09-26T02:30:00+12:45",
    args: ["1h", "Sun,03"],
    rule: "band",
    next: "2027-09-25T14:00:00.000Z",
  },
  {
    name: "New York: bands go by the local clock, the answer is UTC",
    zone: "America/New_York",
    now: "2027-07-01T12:00:00-04:00",
    args: ["1h", "Thu,22"],
    rule: "band",
    next: "2027-07-02T02:00:00.000Z",
  },
];

function ask(value: Pick<Case, "now" | "last" | "args">, overrides: Partial<ScheduleRequest> = {}) {
  const lastStart = value.last === undefined ? null : Date.parse(value.last);
  return decide({
    now: Date.parse(value.now),
    lastStart,
    timerArgs: value.args,
    flagFile: false,
    force: false,
    ...overrides,
  });
}

for (const value of SKIPS) {
  test(`skip, ${value.name}`, () => {
    inZone(value.zone ?? "UTC", () => {
      const { decision, rule, next, reason } = ask(value);
      assert.deepEqual({ decision, rule, next }, { decision: "skip", rule: value.rule, next: value.next }, reason);
    });
  });
}

test("at the instant that a skip names a backup is due, and one millisecond before it is not", () => {
  for (const value of SKIPS) {
    inZone(value.zone ?? "UTC", () => {
      if (value.next !== null) {
        const next = Date.parse(value.next);
        assert.equal(ask(value, { now: next }).decision, "backup", value.name);
        assert.equal(ask(value, { now: next - 1 }).decision, "skip", value.name);
      }
    });
  }
});

test("a skip names the first time in the bands after the interval, all year round", () => {
  const args = ["26h", "Sun,01,02,03", "Wed,23"];
  for (const zone of ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]) {
    inZone(zone, () => {
      const lastStart = Date.UTC(2027, 0, 1, 12);
      let now = lastStart + 1000;
      for (let count = 0; count < 150; count += 1) {
        const { next } = decide({ now, lastStart: now - 1000, timerArgs: args, flagFile: false, force: false });
        const expected = firstInBand(now, args);
        assert.equal(next, new Date(expected).toISOString(), `${zone}, from ${new Date(now).toISOString()}`);
        now = expected + 3_600_000;
      }
    });
  }
});

/** By looking at every fifth minute once the interval is over. */
function firstInBand(now: number, [, ...bands]: string[]): number {
  const fiveMinutes = 300_000;
  let instant = now + 26 * 3_600_000;
  while (matchingBand(bands, instant) === undefined) {
    instant = (Math.floor(instant / fiveMinutes) + 1) * fiveMinutes;
  }
  return instant;
}

test("the next instant in a band of one hour a week is found by asking about no more than the quarters of an hour", () => {
  const getHours = Date.prototype.getHours;
  let asked = 0;
  Date.prototype.getHours = function () {
    asked += 1;
    return getHours.call(this);
  };
  try {
    ask({ now: "2027-03-01T11:00:00Z", last: "2027-02-01T00:00:00Z", args: ["20h", "Mon,10"] });
  } finally {
    Date.prototype.getHours = getHours;
  }
  assert.ok(asked > 0 && asked < 7 * 24 * 4, `${asked} instants`);
});

test("the flag file and force win over everything, the flag file first", () => {
  const value = { now: "2027-03-01T12:00:00Z", last: "2027-03-01T11:59:59Z", args: ["20x", "Mon"] };
  assert.deepEqual(
    [ask(value, { flagFile: true, force: true }).rule, ask(value, { force: true }).rule],
    ["flag", "force"],
  );
  assert.deepEqual([ask(value, { force: true }).decision, ask(value, { force: true }).next], ["backup", null]);
});

test("the reason names the times that a person can check", () => {
  inZone("Europe/Berlin", () => {
    const value = { now: "2027-03-01T12:00:00Z", last: "2027-03-01T11:00:00Z", args: ["20h", "always"] };
    const { reason } = ask(value);
    assert.match(reason, /Mon 2027-03-01 12:00:00 \+0100/);
    assert.match(reason, /20h/);
    assert.match(reason, /Tue 2027-03-02 08:00:01 \+0100/);
    assert.match(ask({ ...value, last: "2028-01-01T00:00:00Z" }).reason, /in the future/);
    assert.match(ask({ ...value, args: ["20x", "always"] }).reason, /"20x".*20h/);
    assert.match(
      ask({ ...value, args: ["20h", "Tue,09"] }).reason,
      /outside of every band.*Tue 2027-03-02 09:00:00 \+0100/,
    );
  });
});

test("a clock that was set by days makes a backup due within the bands, unless the interval cannot be read", () => {
  const ask = (args: string[]) =>
    decide({
      now: Date.parse("2027-03-01T20:00:00Z"),
      lastStart: Date.parse("2037-03-01T21:00:00Z"),
      timerArgs: args,
      flagFile: false,
      force: false,
      clockJumped: true,
    });
  assert.deepEqual(
    [
      ["1h", "always"],
      ["1h", "Tue,20"],
      ["soon", "always"],
    ].map((args) => ask(args).rule),
    ["clock", "band", "bad-interval"],
  );
  assert.match(ask(["1h", "always"]).reason, /the clock was set by days/);
});
