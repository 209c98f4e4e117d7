import { expect, test } from "vitest";
import { type BulkWish, choose, missing, wishOf } from "./bulk";

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
  expect(wishOf({ ...WISH, act: "pause", reason: "meal" })).toEqual({ act: "pause", body: { reason: "meal" } });
  expect(wishOf({ ...WISH, act: "join-queue", queue: "sales", penalty: 2 })).toEqual({
    act: "join-queue",
    body: { queue: "sales", penalty: 2 },
  });
  expect(wishOf({ ...WISH, act: "penalty", queue: "sales", penalty: 3 })).toEqual({
    act: "penalty",
    body: { queue: "sales", penalty: 3 },
  });
  expect(wishOf({ ...WISH, act: "leave-queue", queue: "sales" })).toEqual({
    act: "leave-queue",
    body: { queue: "sales" },
  });
  expect(wishOf({ ...WISH, act: "sign-out" })).toEqual({ act: "sign-out" });
});
