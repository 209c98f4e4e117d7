import { expect, test } from "vitest";
import { type BulkWish, bodyOf, choose, missing } from "./bulk";

const WISH: BulkWish = { act: "ready", reason: "", queue: "", penalty: 0 };
const SHOWN = ["a", "b", "c", "d"];

test("a click chooses and leaves out, with shift a span is chosen", () => {
  const one = choose(new Set(), SHOWN, "b", null);
  expect([...one]).toEqual(["b"]);
  expect([...choose(one, SHOWN, "b", null)]).toEqual([]);
  expect([...choose(one, SHOWN, "d", "b")]).toEqual(["b", "c", "d"]);
  expect([...choose(one, SHOWN, "a", "b")].sort()).toEqual(["a", "b"]);
  expect([...choose(one, SHOWN, "c", "gone")]).toEqual(["b", "c"]);
});

test("nothing is sent before it is known what", () => {
  expect(missing(WISH)).toBeNull();
  expect(missing({ ...WISH, act: "pause" })).toBe("reason");
  expect(missing({ ...WISH, act: "join-queue" })).toBe("queue");
  expect(missing({ ...WISH, act: "penalty" })).toBe("queue");
  expect(missing({ ...WISH, act: "leave-queue", queue: "sales" })).toBeNull();
});

test("each act has its own body", () => {
  expect(bodyOf({ ...WISH, act: "pause", reason: "meal" })).toEqual({ reason: "meal" });
  expect(bodyOf({ ...WISH, act: "join-queue", queue: "sales", penalty: 2 })).toEqual({ queue: "sales", penalty: 2 });
  expect(bodyOf({ ...WISH, act: "penalty", queue: "sales", penalty: 3 })).toEqual({ queue: "sales", penalty: 3 });
  expect(bodyOf({ ...WISH, act: "leave-queue", queue: "sales" })).toEqual({ queue: "sales" });
  expect(bodyOf({ ...WISH, act: "sign-out" })).toBeUndefined();
});
