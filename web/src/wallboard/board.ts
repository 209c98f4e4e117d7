/** What a wallboard asks for and adds up. Pure but for the asking. */

import { useQuery } from "@tanstack/react-query";
import { ApiError, addressOf } from "../api/client";
import type { BoardFigure, OwnWallboard } from "../api/described";
import type { Entities, Instant, SeatState } from "../api/shapes";
import { SEAT_STATES } from "../api/shapes";

export type Board = OwnWallboard;

export async function fetchBoard(token: string): Promise<Board | null> {
  const response = await fetch(addressOf("GET /api/wallboard"), { headers: { Authorization: `Bearer ${token}` } });
  if (response.status === 401) return null;
  if (!response.ok) throw new ApiError(response.status, "failed", response.statusText);
  return (await response.json()) as Board;
}

export function useBoard(token: string) {
  return useQuery({
    queryKey: ["wallboard", token],
    queryFn: () => fetchBoard(token),
    retry: true,
    retryDelay: 5000,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export interface Now {
  waiting: number;
  oldest: Instant | null;
  states: [SeatState, number][];
  ready: number;
}

/** What is true now over all that the board shows. */
export function nowOf(entities: Pick<Entities, "queues" | "seats">): Now {
  const queues = Object.values(entities.queues);
  const oldest = queues.flatMap((queue) => queue.oldest_joined_at ?? []);
  const counts = new Map<SeatState, number>();
  for (const { state } of Object.values(entities.seats)) counts.set(state, (counts.get(state) ?? 0) + 1);
  const states = SEAT_STATES.flatMap((state): [SeatState, number][] => {
    const count = counts.get(state) ?? 0;
    return count > 0 && state !== "signed_out" ? [[state, count]] : [];
  });
  return {
    waiting: queues.reduce((sum, queue) => sum + queue.waiting, 0),
    oldest: oldest.length > 0 ? Math.min(...oldest) : null,
    states,
    ready: counts.get("ready") ?? 0,
  };
}

const TILES = ["answer_rate", "service_level", "asa_seconds", "offered", "abandoned"];
const COLUMNS = ["answer_rate", "service_level", "offered", "abandoned"];

export function chosen(figures: readonly BoardFigure[], where: "tiles" | "columns"): BoardFigure[] {
  return (where === "tiles" ? TILES : COLUMNS).flatMap((id) => figures.find((figure) => figure.id === id) ?? []);
}
