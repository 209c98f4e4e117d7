import { expect, test } from "vitest";
import { dayStart, duration, formatFor, fromWall, toWall } from "./format";

const at = (iso: string) => Date.parse(iso) / 1000;

test.each([
  [0, "0:00"],
  [7, "0:07"],
  [59.6, "1:00"],
  [723, "12:03"],
  [3723, "1:02:03"],
  [-3, "0:00"],
])("%f s is written %s", (seconds, written) => {
  expect(duration(seconds)).toBe(written);
});

test("figures by unit, and a dash where there is nothing to divide by", () => {
  const format = formatFor("en", "UTC");
  expect(format.figure("share", 0.8532)).toBe("85.3\u00a0%");
  expect(format.figure("share", 1)).toBe("100\u00a0%");
  expect(format.figure("seconds", 167)).toBe("2:47");
  expect(format.figure("count", 12345)).toBe("12,345");
  expect(format.figure("count", null)).toBe("—");
  expect(format.target("share", 0.85)).toBe("85\u00a0%");
});

test("times are those of the centre, not of the browser", () => {
  expect(formatFor("en", "Asia/Shanghai").time(at("2025-11-22T02:31:07Z"))).toBe("10:31:07");
});

test.each(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "UTC"])("wall time and back in %s", (zone) => {
  for (const iso of ["2025-11-22T10:31:00Z", "2025-03-30T12:00:00Z", "2025-10-26T12:00:00Z"]) {
    expect(fromWall(zone, toWall(zone, at(iso)))).toBe(at(iso));
  }
});

test("days of 23 and 25 hours begin at their own midnight", () => {
  const berlin = "Europe/Berlin";
  expect(dayStart(berlin, at("2025-03-30T20:00:00Z"))).toBe(at("2025-03-29T23:00:00Z"));
  expect(dayStart(berlin, at("2025-03-30T20:00:00Z"), 1)).toBe(at("2025-03-30T22:00:00Z"));
  expect(dayStart(berlin, at("2025-10-26T20:00:00Z"))).toBe(at("2025-10-25T22:00:00Z"));
  expect(dayStart(berlin, at("2025-10-26T20:00:00Z"), 1)).toBe(at("2025-10-26T23:00:00Z"));
});

test("what is no time is no instant", () => {
  expect(fromWall("UTC", "")).toBeNull();
});
