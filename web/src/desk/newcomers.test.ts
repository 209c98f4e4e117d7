import { expect, test } from "vitest";
import { type Newcomer, withTyped } from "./newcomers";

const newcomer = (callId: string, since: number, name: string): Newcomer => ({
  callId,
  number: "+8613800138000",
  since,
  name,
  level: "",
  note: "",
});

test("what is typed in one call stays when the next one rings, the newest first", () => {
  const first = withTyped([], newcomer("1.0", 1, "Li"));
  const both = withTyped(first, newcomer("2.0", 2, "Wang"));
  expect(both.map(({ name }) => name)).toEqual(["Wang", "Li"]);
  expect(withTyped(both, newcomer("1.0", 1, "Li Wei")).map(({ name }) => name)).toEqual(["Wang", "Li Wei"]);
});

test("of whom nothing is said nothing is kept", () => {
  const first = withTyped([], newcomer("1.0", 1, "Li"));
  expect(withTyped(first, newcomer("1.0", 1, "  "))).toEqual([]);
});
