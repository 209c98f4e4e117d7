/** Callers whom nobody knows yet: what an agent types about them is kept in this browser until it is saved. */

import { useSession } from "../api/queries";
import type { Instant } from "../api/shapes";
import { KEPT_MS, useKeptText } from "../parts/useKeptText";

export interface Newcomer {
  callId: string;
  number: string;
  since: Instant;
  name: string;
  level: string;
  note: string;
  /** When it was typed, in ms. */
  at?: number;
}

export type Typed = Pick<Newcomer, "name" | "level" | "note">;

export const isBlank = ({ name, level, note }: Typed): boolean => ![name, level, note].some((text) => text.trim());

/** The newcomers with what was typed about one of them; one about whom nothing is said is none. */
export function withTyped(newcomers: readonly Newcomer[], one: Newcomer): Newcomer[] {
  const others = newcomers.filter(({ callId }) => callId !== one.callId);
  return isBlank(one) ? others : [...others, one].sort((a, b) => b.since - a.since);
}

export const PLACES = "callcenter.desk.newcomers.";

/** The newcomers that are kept, without those that nobody came back to until `now` (ms). */
export function read(text: string | null, now: number): Newcomer[] {
  try {
    const found = JSON.parse(text ?? "[]") as Newcomer[];
    return found.filter(({ at, since }) => now - (at ?? since * 1000) < KEPT_MS);
  } catch {
    return [];
  }
}

/** The newcomers of this agent's calls that are typed and not saved. */
export function useNewcomers() {
  const { kept, isKept, keep } = useKeptText(PLACES, useSession().user.username, read);
  return {
    newcomers: kept,
    isKept,
    type: (one: Newcomer) => keep((now) => withTyped(now, { ...one, at: Date.now() })),
    drop: (callId: string) => keep((now) => now.filter((one) => one.callId !== callId)),
  };
}
