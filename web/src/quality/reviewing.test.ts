import { expect, test } from "vitest";
import { mayStillAppeal } from "./reviewing";

test.each([
  ["published", 100, 99, true],
  ["published", 100, 100, false],
  ["published", null, 99, false],
  ["upheld", 100, 99, false],
])("whether a review that is %s until %s may be appealed at %s", (state, appeal_until, now, expected) => {
  expect(mayStillAppeal({ state, appeal_until }, now)).toBe(expected);
});
