import { beforeEach, expect, test } from "vitest";
import { forget, hear, serverNow } from "./clock";

beforeEach(forget);

test("the fastest frame tells the offset: others were longer under way", () => {
  hear(1000, 500);
  hear(1001, 503);
  expect(serverNow() - Date.now() / 1000).toBeCloseTo(500, 1);
});

test("a corrected clock is followed after a while", () => {
  hear(1000, 500);
  for (let count = 0; count < 30; count += 1) hear(1000, 900);
  expect(serverNow() - Date.now() / 1000).toBeCloseTo(100, 1);
});
