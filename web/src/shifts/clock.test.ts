import { describe, expect, test } from "vitest";
import { clockWord, draftsOf, nextDraft, type Part, partsOf, partWord, readClock, shiftWord } from "./clock";

const NIGHT: Part[] = [
  { kind: "briefing", start_minute: 1320, end_minute: 1335 },
  { kind: "on_post", start_minute: 1335, end_minute: 1560 },
  { kind: "break", start_minute: 1560, end_minute: 1590 },
  { kind: "on_post", start_minute: 1590, end_minute: 1800 },
];

describe("the clock of a shift", () => {
  test("times are read as people type them", () => {
    expect(["9:30", "09:30", "930", "0930", " 9.30 ", "9：30"].map(readClock)).toEqual(Array(6).fill(570));
    expect(["", "9", "25:00", "24:01", "9:60", "nine"].map(readClock)).toEqual(Array(6).fill(null));
    expect(readClock("24:00")).toBe(1440);
  });
  test("they are written with what is on the next date", () => {
    expect(clockWord(1590)).toBe("02:30");
    expect(partWord({ start_minute: 540, end_minute: 570 })).toBe("09:00–09:30");
    expect(shiftWord(NIGHT)).toBe("22:00–06:00 +1");
    expect(shiftWord([])).toBe("");
  });
  test("what is typed again is the same shift, through the night too", () => {
    expect(partsOf(draftsOf(NIGHT))).toEqual(NIGHT);
    const whole: Part[] = [{ kind: "on_post", start_minute: 480, end_minute: 1440 }];
    expect(partsOf(draftsOf(whole))).toEqual(whole);
  });
  test("one part that is no time makes no shift", () => {
    expect(partsOf([{ key: "1", kind: "break", start: "9:00", end: "x" }])).toBeNull();
  });
  test("the next part goes on where the last one ends", () => {
    expect(nextDraft(draftsOf(NIGHT), "n")).toEqual({ key: "n", kind: "on_post", start: "06:00", end: "07:00" });
    expect(nextDraft([], "n").start).toBe("09:00");
  });
});
