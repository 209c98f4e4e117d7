import { expect, test } from "vitest";
import type { DeltaFrame, Entities, Frame, SnapshotFrame } from "../api/shapes";
import { apply, KINDS, type Known, NOTHING } from "./entities";

/** A small generator with a seed, so that a failure can be seen again. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return Math.floor((state / 4294967296) * sides);
  };
}

type Loose = Record<string, Record<string, Record<string, unknown>>>;

/** What a server knows, and the frames that it sends: written apart from the code under test. */
class Server {
  seq = 5;
  readonly truth: Loose = Object.fromEntries(KINDS.map((kind) => [kind, {}]));

  snapshot(): SnapshotFrame {
    const entities = structuredClone(this.truth) as unknown as Entities;
    return { type: "snapshot", epoch: "e1", seq: this.seq, at: this.seq, entities };
  }

  step(roll: (sides: number) => number): DeltaFrame {
    const changed: Loose = {};
    const removed: Record<string, string[]> = {};
    for (let count = 1 + roll(4); count > 0; count -= 1) {
      const kind = KINDS[roll(KINDS.length)] ?? "seats";
      const id = `id${roll(5)}`;
      const rows = this.truth[kind] ?? {};
      if (rows[id] && roll(4) === 0 && !changed[kind]?.[id]) {
        delete rows[id];
        removed[kind] = [...(removed[kind] ?? []), id];
      } else if (!removed[kind]?.includes(id)) {
        const fields = { [`field${roll(3)}`]: roll(100), since: roll(1000) };
        rows[id] = { ...rows[id], ...fields };
        changed[kind] = { ...changed[kind], [id]: { ...changed[kind]?.[id], ...fields } };
      }
    }
    this.seq += 1;
    return { type: "delta", seq: this.seq, at: this.seq, changed, removed } as DeltaFrame;
  }
}

function after(known: Known, frames: Frame[]): Known {
  return frames.reduce((now, frame) => {
    const { known: next, resync } = apply(now, frame);
    expect(resync).toBe(false);
    return next;
  }, known);
}

test.each(Array.from({ length: 50 }, (_, seed) => seed + 1))("old snapshot + changes = fresh snapshot (%i)", (seed) => {
  const roll = dice(seed);
  const server = new Server();
  for (let count = roll(8); count > 0; count -= 1) server.step(roll);
  const joined = after(NOTHING, [server.snapshot()]);
  const frames = Array.from({ length: 1 + roll(30) }, () => server.step(roll));
  expect(after(joined, frames)).toEqual(after(NOTHING, [server.snapshot()]));
});

const SEAT = { state: "ready", since: 10 };
const snapshot = (seq: number, epoch = "e1"): SnapshotFrame => ({
  type: "snapshot",
  epoch,
  seq,
  at: 100,
  entities: { seats: { a: SEAT } } as unknown as Entities,
});
const delta = (seq: number, since: number): DeltaFrame => ({
  type: "delta",
  seq,
  at: 101,
  changed: { seats: { a: { since } } },
  removed: {},
});

test("a changed field leaves the others as they were, and other rows and kinds the same objects", () => {
  const before = after(NOTHING, [{ ...snapshot(1), entities: { seats: { a: SEAT, b: SEAT } } as unknown as Entities }]);
  const now = after(before, [delta(2, 20)]);
  expect(now.entities.seats.a).toEqual({ state: "ready", since: 20 });
  expect(now.entities.seats.b).toBe(before.entities.seats.b);
  expect(now.entities.queues).toBe(before.entities.queues);
});

test("a delta that was applied before changes nothing", () => {
  const now = after(NOTHING, [snapshot(7), delta(8, 20)]);
  expect(apply(now, delta(8, 99))).toEqual({ known: now, resync: false });
});

test("a missing delta asks for a fresh snapshot and is not applied", () => {
  const now = after(NOTHING, [snapshot(7)]);
  expect(apply(now, delta(9, 20))).toEqual({ known: now, resync: true });
});

test("a delta before any snapshot asks for one", () => {
  expect(apply(NOTHING, delta(1, 20)).resync).toBe(true);
});

test("a heartbeat moves the time; one that is ahead of us says that deltas were lost", () => {
  const now = after(NOTHING, [snapshot(7)]);
  expect(apply(now, { type: "heartbeat", seq: 7, at: 105, links: {} })).toEqual({
    known: { ...now, at: 105 },
    resync: false,
  });
  expect(apply(now, { type: "heartbeat", seq: 8, at: 105, links: {} }).resync).toBe(true);
});

test("a snapshot of another epoch replaces everything", () => {
  const old = after(NOTHING, [snapshot(7), delta(8, 20)]);
  const now = after(old, [{ ...snapshot(1, "e2"), entities: {} }]);
  expect(now.epoch).toBe("e2");
  expect(now.seq).toBe(1);
  expect(now.entities.seats).toEqual({});
});
