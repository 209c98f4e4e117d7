import { expect, test } from "vitest";
import type { Stretch } from "../api/shapes";
import { played } from "./heard";

function after(...places: number[]): Stretch[] {
  return places.slice(1).reduce((spans: Stretch[], until, index) => played(spans, places[index] ?? until, until), []);
}

test("what is played on is one span", () => {
  expect(after(0, 0.25, 0.5, 0.75)).toEqual([[0, 0.75]]);
});

test("a jump is not heard, and begins another span", () => {
  expect(after(0, 1, 60, 61, 10, 11)).toEqual([
    [0, 1],
    [60, 61],
    [10, 11],
  ]);
});

test("standing still is nothing", () => {
  expect(after(5, 5)).toEqual([]);
});
