import { expect, test } from "vitest";
import { addressOf, FIRST_SCHEDULE, scheduleFaults, sentSchedule } from "./saved";
import type { SavedReport } from "./shapes";

const schedule = (fields: object) => ({ ...FIRST_SCHEDULE, recipients: ["lead@example.org"], ...fields });

test.each([
  [{}, []],
  [{ recipients: [] }, ["delivery"]],
  [{ recipients: [], folder: "weekly" }, []],
  [{ recipients: ["lead"] }, ["recipients"]],
  [{ recipients: ["a@b.example\r\nBcc: c@d.example"] }, ["recipients"]],
  [{ folder: "../etc" }, ["folder"]],
  [{ folder: ".hidden" }, ["folder"]],
  [{ folder: "周报" }, []],
  [{ time: "25:00" }, ["time"]],
])("a schedule with %o has the faults %o", (fields, expected) => {
  expect(scheduleFaults(schedule(fields))).toEqual(expected);
});

test("of weekday and day only what the rhythm needs is sent", () => {
  expect(sentSchedule(schedule({ every: "day" }))).toMatchObject({ weekday: null, day: null });
  expect(sentSchedule(schedule({ every: "week", weekday: 3 }))).toMatchObject({ weekday: 3, day: null });
  expect(sentSchedule(schedule({ every: "month", day: 31 }))).toMatchObject({ weekday: null, day: 31 });
});

test("a saved report opens with its queue, its columns and its relative days", () => {
  const report = {
    subject: "queues",
    span: "last_week",
    pbx: null,
    queue: "sales",
    agent: null,
    team: null,
    interval: "day",
    compare: true,
    figures: ["offered"],
  } as unknown as SavedReport;
  const queues = [{ pbx: "pbx1", queue: "sales" }] as unknown as Parameters<typeof addressOf>[1];
  expect(decodeURIComponent(addressOf(report, queues))).toBe(
    "/reports/queues?range=last_week&queue=pbx1/sales&interval=day&compare=previous&columns=offered",
  );
});
