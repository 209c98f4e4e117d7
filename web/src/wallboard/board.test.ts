import { expect, test } from "vitest";
import type { Entities } from "../api/shapes";
import { nowOf } from "./board";

const queue = (waiting: number, oldest: number | null) => ({ waiting, oldest_joined_at: oldest });
const entities = (queues: object, seats: object) =>
  ({ queues, seats }) as unknown as Pick<Entities, "queues" | "seats">;

test("queues are added up, the oldest caller is the oldest of all, signed-out seats are left out", () => {
  const seats = { a: { state: "ready" }, b: { state: "ready" }, c: { state: "talking" }, d: { state: "signed_out" } };
  expect(nowOf(entities({ x: queue(2, 100), y: queue(1, 90), z: queue(0, null) }, seats))).toEqual({
    waiting: 3,
    oldest: 90,
    states: [
      ["ready", 2],
      ["talking", 1],
    ],
    ready: 2,
  });
  expect(nowOf(entities({}, {}))).toEqual({ waiting: 0, oldest: null, states: [], ready: 0 });
});
