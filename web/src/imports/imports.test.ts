import { expect, test } from "vitest";
import { assigned, goodRows } from "./imports";

test("a role that only one column can have is taken from the other one", () => {
  expect(assigned(["number", "name", "attribute"], 2, "number")).toEqual(["ignore", "name", "number"]);
});

test("several columns can be kept, be other numbers, or be left out", () => {
  expect(assigned(["number", "attribute", "name"], 2, "attribute")).toEqual(["number", "attribute", "attribute"]);
});

test("each number has a label of its own", () => {
  expect(assigned(["number", "label", "other_number", "ignore"], 3, "label")).toEqual([
    "number",
    "label",
    "other_number",
    "label",
  ]);
});

test("rows with an error and duplicates are not imported", () => {
  expect(goodRows({ rows: 10, imported: 0, merged: 0, errors: 2, duplicates: 1 })).toBe(7);
});
