import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DAYS, HOURS, twoDigits } from "../../src/schedule/bands.ts";
import { decide } from "../../src/schedule/decide.ts";
import { parseInterval } from "../../src/schedule/interval.ts";
import "../seed.ts";
import { askTimerScript, type TimerQuestion } from "./burp-timer.ts";
import { inZone } from "./zone.ts";

/** The long run has thousands: BAKUP_TEST_ORACLE=5000. */
const CASES = Number(process.env.BAKUP_TEST_ORACLE ?? 300);

const HOUR = 3600;
const ZONES = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "Australia/Lord_Howe",
  "America/St_Johns",
  "Pacific/Chatham",
];
/** About these hours clocks change in one of the zones. */
const CHANGES = [
  "2027-03-28T01:00Z",
  "2027-10-31T01:00Z",
  "2027-03-14T07:00Z",
  "2027-11-07T06:00Z",
  "2027-04-03T15:00Z",
];

const unit = fc.constantFrom("s", "m", "h", "d", "w", "n");
const interval = fc.oneof(
  { weight: 12, arbitrary: fc.tuple(fc.constantFrom("0", "1", "2", "20", "100"), unit).map((parts) => parts.join("")) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "010h",
      "09h",
      "1h30m",
      "20hours",
      "2days",
      "20",
      "20x",
      " 20h",
      "+1h",
      "20H",
      "999999999999999w",
    ),
  },
);

/** A band as the manual has it, and what people write instead. */
const band = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(
        fc.subarray(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], { minLength: 2 }),
        fc.subarray([...HOURS], { minLength: 4 }),
      )
      .map(([days, hours]) => [...days, ...hours].join(",")),
  },
  { weight: 2, arbitrary: fc.constant("always") },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.subarray([...DAYS], { minLength: 3 }), fc.subarray([...HOURS], { minLength: 6 }))
      .map(([days, hours]) => [...hours, ...days].join(" ")),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "Always",
      "Mon",
      "10",
      "Mon-Fri,08-12",
      "Monday,1030",
      "sun,00,01,02,03",
      "months 10",
      "*",
      "Sun:*",
    ),
  },
);

const instant = fc.oneof(
  fc.integer({ min: Date.UTC(2024, 0, 1) / 1000, max: Date.UTC(2035, 0, 1) / 1000 }),
  fc
    .tuple(fc.constantFrom(...CHANGES), fc.integer({ min: -3 * HOUR, max: 3 * HOUR }))
    .map(([change, seconds]) => Date.parse(change) / 1000 + seconds),
);

/** How much longer ago than the interval the last backup began, in seconds. */
const surplus = fc.oneof(
  fc.integer({ min: -1, max: 2 }),
  fc.integer({ min: -HOUR, max: HOUR }),
  fc.integer({ min: -400 * 24 * HOUR, max: 400 * 24 * HOUR }),
);

const question = fc
  .record({
    zone: fc.constantFrom(...ZONES),
    now: instant,
    surplus: fc.option(surplus, { freq: 8 }),
    interval,
    bands: fc.array(band, { minLength: 0, maxLength: 3 }),
  })
  .map(({ zone, now, surplus, interval, bands }): TimerQuestion => {
    const seconds = Math.min(parseInterval(interval)?.seconds ?? 0, 1000 * 24 * HOUR);
    return { zone, now, last: surplus === null ? null : now - seconds - surplus, args: [interval, ...bands] };
  });

interface Disagreement {
  question: TimerQuestion;
  script: boolean;
}

/** Why the script may say something else than bakup: each reason also says what the script must have said then. */
const REASONS: Readonly<Record<string, (disagreement: Disagreement) => boolean>> = {
  "BURP's own timer, which bakup follows, takes a band's day and hour in any order and case, and so more than the script":
    ({ question, script }) => !script && !isInGlob(question) && wouldBackUp(question),
  "the script reads the interval as bash does: 010h is 8h, 1h30m an error and so not now, and 20x a reason to back up":
    ({ question, script }) => script === (isInGlob(question) && bashWouldBackUp(question)),
  "in an hour that comes twice, the script takes the one of the two for the other": ({ question, script }) =>
    twinsOf(question).some((twin) => wouldBackUp(twin) === script),
};

test(`bakup decides as BURP's own script does, in ${CASES} random cases, but for what is known`, async (t) => {
  const questions = fc.sample(question, CASES);
  const codes = await askTimerScript(questions);
  assert.equal(codes.length, questions.length);
  const counts = new Map<string, number>();
  for (const [index, question] of questions.entries()) {
    const script = codes[index] === 0;
    const reason =
      wouldBackUp(question) === script
        ? `both say ${script ? "backup" : "not now"}`
        : Object.entries(REASONS).find(([, explains]) => explains({ question, script }))?.[0];
    assert.ok(reason !== undefined, `the script says ${codes[index]}: ${JSON.stringify(question)}`);
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  for (const [reason, count] of counts) {
    t.diagnostic(`${count}: ${reason}`);
  }
  const agreed = ["backup", "not now"].map((answer) => counts.get(`both say ${answer}`) ?? 0);
  assert.ok(Math.min(...agreed) > CASES / 8, `the cases are one-sided: ${agreed}`);
});

function ask({ zone, now, last, args }: TimerQuestion) {
  const lastStart = last === null ? null : last * 1000;
  return inZone(zone, () => decide({ now: now * 1000, lastStart, timerArgs: args, flagFile: false, force: false }));
}

function wouldBackUp(question: TimerQuestion): boolean {
  return ask(question).decision === "backup";
}

/** What the script asks of a band: the day in English and, somewhere behind it, the hour. */
function isInGlob({ zone, now, args: [, ...bands] }: TimerQuestion): boolean {
  return inZone(zone, () => {
    const local = new Date(now * 1000);
    const day = DAYS[local.getDay()] ?? "";
    const glob = new RegExp(`${day.charAt(0).toUpperCase()}${day.slice(1)}.*${twoDigits(local.getHours())}`);
    return bands.some((band) => band === "always" || glob.test(band));
  });
}

/** What the script says in a band when its interval is not plain. What it cannot read at all means that it is time. */
function bashWouldBackUp(question: TimerQuestion): boolean {
  const [text = "", ...bands] = question.args;
  if (question.last === null || !/^[0-9].*[smhdwn]$/.test(text)) {
    return true;
  }
  const [, octal, letter] = /^(0[0-7]+)([smhdwn])$/.exec(text) ?? [];
  const plain = octal === undefined ? text : `${Number.parseInt(octal, 8)}${letter}`;
  const seconds = /^(?:0|[1-9][0-9]*)[smhdwn]$/.test(plain) ? parseInterval(plain)?.seconds : undefined;
  if (seconds === undefined) {
    return false;
  }
  return seconds > LONGEST_DATE_SECONDS || wouldBackUp({ ...question, args: [plain, ...bands] });
}

/** Beyond this the year has no room in the program `date`, and the script backs up when that fails. */
const LONGEST_DATE_SECONDS = 2 ** 31 * 365.2425 * 86_400;

/** The other instants at which the clock on the wall shows the same. */
function twinsOf(question: TimerQuestion): TimerQuestion[] {
  const shows = (now: number) =>
    inZone(question.zone, () => new Date(now * 1000).toString().slice(0, "Sun Oct 31 2027 02:30:00".length));
  return [-HOUR, -HOUR / 2, HOUR / 2, HOUR]
    .map((seconds) => question.now + seconds)
    .filter((now) => shows(now) === shows(question.now))
    .map((now) => ({ ...question, now }));
}
