/** One act on several seats: which are chosen, what is sent to each, and what came of it. */

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useLive } from "../live/store";
import { useExplain } from "../parts/Failure";
import { type Answer, askOfSeat, nameOf, type Wish } from "../seats/seats";

export const BULK_ACTS = ["pause", "ready", "end-wrap-up", "join-queue", "leave-queue", "penalty", "sign-out"] as const;
export type BulkAct = (typeof BULK_ACTS)[number];

export interface BulkWish {
  act: BulkAct;
  reason: string;
  queue: string;
  penalty: number;
}

/** Takes calls away from people: asked twice. */
export const HURTS: ReadonlySet<BulkAct> = new Set(["sign-out", "leave-queue"]);

/** About one queue. */
export const OF_QUEUE: ReadonlySet<BulkAct> = new Set(["join-queue", "leave-queue", "penalty"]);

/** What is still to be said before it can be sent: null when nothing is. */
export function missing(wish: BulkWish): "reason" | "queue" | null {
  if (wish.act === "pause" && wish.reason === "") return "reason";
  if (OF_QUEUE.has(wish.act) && wish.queue === "") return "queue";
  return null;
}

/** What is sent to each seat. */
export function wishOf({ act, reason, queue, penalty }: BulkWish): Wish {
  if (act === "pause") return { act, body: { reason } };
  if (act === "join-queue" || act === "penalty") return { act, body: { queue, penalty } };
  if (act === "leave-queue") return { act, body: { queue } };
  return { act };
}

/** A click chooses or leaves out; with shift, everything between it and the click before is chosen. */
export function choose(
  chosen: ReadonlySet<string>,
  shown: readonly string[],
  id: string,
  from: string | null,
): ReadonlySet<string> {
  const next = new Set(chosen);
  const [start, end] = [shown.indexOf(from ?? ""), shown.indexOf(id)];
  if (start >= 0 && end >= 0) {
    for (const one of shown.slice(Math.min(start, end), Math.max(start, end) + 1)) next.add(one);
  } else if (!next.delete(id)) next.add(id);
  return next;
}

export interface Came {
  id: string;
  name: string;
  result: Answer["result"] | "failed";
  why: string;
}

const AT_ONCE = 4;

/** Sends it to every seat, some at a time, and counts them; each has its own answer. */
export function useBulk() {
  const explain = useExplain();
  const [done, setDone] = useState(0);

  async function one(id: string, wish: BulkWish): Promise<Came> {
    const seat = useLive.getState().entities.seats[id];
    if (!seat) return { id, name: id, result: "failed", why: "" };
    const came = { id, name: nameOf(seat) };
    try {
      const answer = await askOfSeat(seat, wishOf(wish));
      return { ...came, result: answer.result, why: Object.values(answer.refused).join("; ") };
    } catch (error) {
      return { ...came, result: "failed", why: explain(error).text };
    } finally {
      setDone((before) => before + 1);
    }
  }

  const sending = useMutation({
    mutationFn: async ({ ids, wish }: { ids: readonly string[]; wish: BulkWish }) => {
      setDone(0);
      const left = [...ids];
      const came: Came[] = [];
      async function work() {
        for (let id = left.shift(); id !== undefined; id = left.shift()) came.push(await one(id, wish));
      }
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      return came;
    },
  });
  return { sending, done };
}
