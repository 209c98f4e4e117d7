import { expect, test } from "vitest";
import { weekdayRuns, weekdaysInWords } from "./windows";

test.each([
  [[1, 2, 3, 4, 5], [[1, 5]]],
  [
    [6, 1, 2, 3],
    [
      [1, 3],
      [6, 6],
    ],
  ],
  [[], []],
  [[7, 7], [[7, 7]]],
])("the weekdays %j", (days, runs) => {
  expect(weekdayRuns(days)).toEqual(runs);
});

test("are named by their ends", () => {
  const names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
  expect(
    weekdaysInWords(
      [1, 2, 3, 6],
      (day) => names[day - 1] ?? "",
      (first, last) => `${first}–${last}`,
    ),
  ).toBe("Mon–Wed, Sat");
});
