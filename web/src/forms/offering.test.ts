import { describe, expect, test } from "vitest";
import { asksNow, countdown, isFree, overdueSeconds, ranOut } from "./offering";

const SPAN = { offered_at: 100, until: 130 };

describe("the countdown of an offer", () => {
  test.each([
    [100, { seconds: 30, share: 1, isUrgent: false, isOver: false }],
    [115, { seconds: 15, share: 0.5, isUrgent: false, isOver: false }],
    [120, { seconds: 10, share: 10 / 30, isUrgent: true, isOver: false }],
    [129.5, { seconds: 1, share: 0.5 / 30, isUrgent: true, isOver: false }],
    [130, { seconds: 0, share: 0, isUrgent: true, isOver: true }],
    [500, { seconds: 0, share: 0, isUrgent: true, isOver: true }],
  ])("at %d", (now, expected) => {
    expect(countdown(SPAN, now)).toEqual(expected);
  });
  test("a clock that is behind shows no more than the whole", () => {
    expect(countdown(SPAN, 90)).toMatchObject({ seconds: 30, share: 1 });
  });
  test("no time at all is over", () => {
    expect(countdown({ offered_at: 100, until: 100 }, 100)).toMatchObject({ share: 0, isOver: true });
  });
});

describe("an agent is free for the next callback", () => {
  const attempt = { placed_at: 10, ended_at: 60 as number | null, outcome: "reached" as string | null };
  test.each([
    ["with no callback before", null, true],
    [
      "not while it is dialled or talked in",
      { attempt: { ...attempt, ended_at: null, outcome: null }, record: null },
      false,
    ],
    ["not while talking, though the record is saved", { attempt: { ...attempt, ended_at: null }, record: {} }, false],
    ["not before its record is saved", { attempt, record: null }, false],
    ["once its record is saved", { attempt, record: {} }, true],
    ["where nobody was spoken with", { attempt: { ...attempt, outcome: "busy" }, record: null }, true],
    ["not where somebody may have been", { attempt: { ...attempt, outcome: "unknown" }, record: null }, false],
  ])("%s", (_name, last, expected) => {
    expect(isFree(last)).toBe(expected);
  });
});

describe("the next one is asked for by itself", () => {
  const going = { isOn: true, isAsking: false, hasDraft: false, askedAt: 100 };
  test.each([
    ["after five seconds", going, 105, true],
    ["not sooner", going, 104.9, false],
    ["not while it is switched off", { ...going, isOn: false }, 500, false],
    ["not while an answer is under way", { ...going, isAsking: true }, 500, false],
    ["not while something is typed and not sent", { ...going, hasDraft: true }, 500, false],
  ])("%s", (_name, state, now, expected) => {
    expect(asksNow(state, now)).toBe(expected);
  });
});

describe("a promise is overdue", () => {
  test.each([
    ["not before its time", 99, null],
    ["not at its time", 100, null],
    ["from the first second after it", 101, 1],
  ])("%s", (_name, now, expected) => {
    expect(overdueSeconds(100, now)).toBe(expected);
  });
});

describe("an offer ran out", () => {
  const before = { id: 7, ...SPAN };
  const gone = { offer: null, sheet: null };
  const call = (placed_at: number) => ({ attempt: { placed_at, ended_at: null, outcome: null }, record: null });
  test.each([
    ["when its time is over and it is gone", before, gone, null, 131, true],
    ["when another is shown instead", before, { ...gone, offer: { ...before, id: 8 } }, null, 131, true],
    ["though an older callback is on the page", before, { ...gone, sheet: call(50) }, null, 131, true],
    ["not when there was none", null, gone, null, 131, false],
    ["not while it is shown", before, { ...gone, offer: before }, null, 131, false],
    ["not when it was answered here", before, gone, 7, 131, false],
    ["not when it was accepted in another window", before, { ...gone, sheet: call(120) }, null, 131, false],
    ["not when it was taken back before its time", before, gone, null, 110, false],
  ])("%s", (_name, shown, seen, answered, now, expected) => {
    expect(ranOut(shown, seen, answered, now)).toBe(expected);
  });
});
