/** Calls that ended a moment ago: their talk is told when the wrap-up is over, so they are asked for again. Pure. */

import type { Call, Instant } from "../api/shapes";

/** A wrap-up that takes longer is seen when somebody looks again. */
const FRESH_SECONDS = 120;

export interface CallsPart {
  calls: Call[];
  next: string | null;
}

const keyOf = (call: Call): string => `${call.pbx}/${call.call_id}`;

export function isAnyFresh(calls: Call[], now: Instant): boolean {
  return calls.some((call) => now - call.ended_at < FRESH_SECONDS);
}

/** What is shown, each call as `newest` has it; calls that are not shown stay out, so that no row moves. */
export function filledIn(shown: CallsPart[], newest: Call[]): CallsPart[] {
  const known = new Map(newest.map((call) => [keyOf(call), call]));
  return shown.map((part) => ({ ...part, calls: part.calls.map((call) => known.get(keyOf(call)) ?? call) }));
}

export function countNewer(shown: Call[], newest: Call[]): number {
  const known = new Set(shown.map(keyOf));
  return newest.filter((call) => !known.has(keyOf(call))).length;
}
