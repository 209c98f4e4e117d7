import { describe, expect, test } from "vitest";
import { chartInterval, countDays, dayOf, daysOf, intervalsFor, isDay, PRESETS, spanOf, weekdayOf } from "./ranges";

const at = (iso: string) => Date.parse(iso) / 1000;
const WEDNESDAY = "2026-11-25";

test.each([
  ["today", "2026-11-25", "2026-11-25"],
  ["yesterday", "2026-11-24", "2026-11-24"],
  ["this_week", "2026-11-23", "2026-11-25"],
  ["last_week", "2026-11-16", "2026-11-22"],
  ["this_month", "2026-11-01", "2026-11-25"],
  ["last_month", "2026-10-01", "2026-10-31"],
  ["last_7_days", "2026-11-18", "2026-11-24"],
  ["last_30_days", "2026-10-26", "2026-11-24"],
] as const)("%s on a Wednesday", (preset, from, to) => {
  expect(daysOf(preset, WEDNESDAY)).toEqual({ from, to });
});

test.each([
  ["last_month", "2026-01-15", "2025-12-01", "2025-12-31"],
  ["last_month", "2024-03-31", "2024-02-01", "2024-02-29"],
  ["this_week", "2026-11-29", "2026-11-23", "2026-11-29"],
  ["last_week", "2027-01-01", "2026-12-21", "2026-12-27"],
] as const)("%s on %s", (preset, today, from, to) => {
  expect(daysOf(preset, today)).toEqual({ from, to });
});

describe("days of 23 and 25 hours", () => {
  test.each([
    ["Europe/Berlin", "2026-03-29", 23],
    ["Europe/Berlin", "2026-10-25", 25],
    ["America/New_York", "2026-03-08", 23],
    ["America/New_York", "2026-11-01", 25],
    ["Asia/Shanghai", "2026-10-25", 24],
  ])("%s on %s has %i hours", (zone, day, hours) => {
    const span = spanOf({ from: day, to: day }, zone);
    expect((span.to - span.from) / 3600).toBe(hours);
  });
  test("a week over the change begins and ends at midnight of the centre", () => {
    expect(spanOf(daysOf("last_week", "2026-11-01"), "Europe/Berlin")).toEqual({
      from: at("2026-10-18T22:00:00Z"),
      to: at("2026-10-25T23:00:00Z"),
    });
  });
});

test("today is the centre's today, not the browser's", () => {
  expect(dayOf("Asia/Shanghai", at("2026-11-24T16:30:00Z"))).toBe("2026-11-25");
  expect(dayOf("America/New_York", at("2026-11-25T04:30:00Z"))).toBe("2026-11-24");
});

test("every preset begins no later than it ends", () => {
  for (const preset of PRESETS) expect(countDays(daysOf(preset, WEDNESDAY))).toBeGreaterThan(0);
});

test.each([
  ["2026-02-29", false],
  ["2024-02-29", true],
  ["2026-1-2", false],
  ["yesterday", false],
  ["", false],
])("%s is a day: %s", (text, expected) => {
  expect(isDay(text)).toBe(expected);
});

test("weekdays are those of ISO", () => {
  expect([weekdayOf("2026-11-23"), weekdayOf("2026-11-29")]).toEqual([1, 7]);
});

test("a long span offers no quarter hours, and its line is drawn by days", () => {
  const month = daysOf("last_month", WEDNESDAY);
  expect(intervalsFor(month)).not.toContain("15m");
  expect(intervalsFor(daysOf("today", WEDNESDAY))).toContain("15m");
  expect(chartInterval(month)).toBe("day");
  expect(chartInterval(daysOf("today", WEDNESDAY))).toBe("15m");
});
