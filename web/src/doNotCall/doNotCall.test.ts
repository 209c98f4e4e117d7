import { expect, test } from "vitest";
import { entryOf } from "./doNotCall";

test("a number and a prefix, however they are written", () => {
  expect(entryOf("+86 138-0013 8000")).toEqual({ number: "+8613800138000", is_prefix: false });
  expect(entryOf("+8610*")).toEqual({ number: "+8610", is_prefix: true });
});

test("what is neither", () => {
  for (const text of ["", "13800138000", "+", "+0123", "+86*1", "x"]) expect(entryOf(text)).toBeNull();
});
