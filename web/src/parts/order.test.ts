import { expect, test } from "vitest";
import { reordered } from "./order";

test("one thing goes up, down, or stays", () => {
  expect(reordered(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
  expect(reordered(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
  expect(reordered(["a", "b", "c"], 1, 1)).toEqual(["a", "b", "c"]);
  expect(reordered(["a"], 5, 0)).toEqual(["a"]);
});
