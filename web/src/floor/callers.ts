/** What a supervisor may ask for somebody who waits. The live floor shows the line; nothing here keeps its state. */

import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ask } from "../api/client";
import type { CallerAnswer } from "../api/described";
import { useQueueWord } from "../api/queries";
import type { Seat, Visit } from "../api/shapes";
import { useTell } from "../parts/useTell";

/** Somebody who waits, by the id of the live feed, as it was when the menu was opened. */
export interface Caller {
  id: string;
  visit: Visit;
}

export type CallerWish =
  | { act: "to-front" }
  | { act: "hang-up" }
  | { act: "to-queue"; queue: string }
  | { act: "to-seat"; interface: string; agent: string };

function sent(id: string, wish: CallerWish): Promise<CallerAnswer> {
  const path = { visit: id };
  if (wish.act === "to-queue") return ask("POST /api/waiting/{visit}/to-queue", { path, body: { queue: wish.queue } });
  if (wish.act === "to-seat") {
    return ask("POST /api/waiting/{visit}/to-seat", { path, body: { interface: wish.interface } });
  }
  return ask(`POST /api/waiting/{visit}/${wish.act}`, { path });
}

/** Asks, and says in a corner what came of it: the caller's line may be gone by then. */
export function useCallerWish({ id, visit }: Caller, onDone?: () => void) {
  const { t } = useTranslation();
  const tell = useTell();
  const queueWord = useQueueWord();
  const number = visit.number || t("floor.withheld");
  function words(wish: CallerWish): string {
    if (wish.act === "to-front") return t("waiting.atFront", { number });
    if (wish.act === "hang-up") return t("waiting.hungUp", { number });
    if (wish.act === "to-seat") return t("waiting.atSeat", { number, agent: wish.agent });
    return t("waiting.inQueue", { number, queue: queueWord(visit.pbx, wish.queue) });
  }
  return useMutation({
    mutationFn: (wish: CallerWish) => sent(id, wish),
    onSuccess: ({ result }, wish) => {
      tell.success(result === "asked" ? t("waiting.asked", { number }) : words(wish));
      onDone?.();
    },
  });
}

/** Who could take a caller now: ready, and somebody of the settings. */
export function freeAgents(seats: Record<string, Seat>, pbx: string): Seat[] {
  return Object.values(seats)
    .filter((seat) => seat.pbx === pbx && seat.state === "ready" && seat.agent_number !== "")
    .sort((one, other) => one.since - other.since);
}
