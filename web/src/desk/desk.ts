/** What the desk makes of the live floor: pure, so that it can be tested. */

import type { PauseReason, Seat, SeatState, Visit } from "../api/shapes";

/** The seat to show of those of one agent: one in use before one that is signed out, of these one that is preferred. */
export function ownSeat(
  seats: Record<string, Seat>,
  agent: string,
  isPreferred: (id: string) => boolean = () => true,
): string | null {
  const own = Object.entries(seats).filter(([, seat]) => seat.agent_number === agent);
  const used = own.find(([, seat]) => seat.state !== "signed_out") ?? own.find(([id]) => isPreferred(id)) ?? own[0];
  return used?.[0] ?? null;
}

/** The limit of the wrap-up or the pause that is on, in seconds; null where it has none. */
export function limitOf(
  seat: Pick<Seat, "state" | "reason" | "since" | "wrap_up_until">,
  reasons: readonly PauseReason[],
): number | null {
  if (seat.state === "wrap_up") return seat.wrap_up_until === null ? null : Math.round(seat.wrap_up_until - seat.since);
  if (seat.state !== "paused") return null;
  return reasons.find((reason) => reason.code === seat.reason)?.limit_seconds || null;
}

/** The caller at this seat, while he is still known as one who waits: from the ring to the answer. */
export function callerOf(visits: Record<string, Visit>, seat: Pick<Seat, "pbx" | "call_id">): Visit | null {
  if (!seat.call_id) return null;
  return Object.values(visits).find((visit) => visit.pbx === seat.pbx && visit.call_id === seat.call_id) ?? null;
}

/** A shape and a colour for each state, legible at 16 × 16 on light and dark tabs. */
const MARKS: Record<SeatState, { colour: string; shape: string }> = {
  ready: { colour: "#1b7547", shape: "M9 16.500 14 21.500 23 11" },
  ringing: { colour: "#0a63bd", shape: "M10 21h12l-2-3v-4a4 4 0 0 0-8 0v4zM15 24h2" },
  talking: { colour: "#2c4c78", shape: "M8 15a8 6 0 1 1 5 5.500L9 23l1-3.500A6 6 0 0 1 8 15z" },
  on_hold: { colour: "#8f5b00", shape: "M12 9v14M20 9v14" },
  wrap_up: { colour: "#67499c", shape: "M9 23l1-5 9-9 4 4-9 9z" },
  paused: { colour: "#5d6873", shape: "M9 12h11v6a5 5 0 0 1-5 5h-1a5 5 0 0 1-5-5zM20 14h2v3h-2" },
  unreachable: { colour: "#b3261e", shape: "M16 8v10M16 22v1" },
  signed_out: { colour: "#76828d", shape: "M9 16h14" },
};

/** What the tab shows while nobody knows the state: grey, and a question mark. */
export const UNKNOWN_STATE = "unknown";
const UNKNOWN_MARK = { colour: "#76828d", shape: "M12 12a4 4 0 1 1 6 3.500q-2 1-2 3.500M16 23v1" };

export function favicon(state: SeatState | typeof UNKNOWN_STATE): string {
  const { colour, shape } = state === UNKNOWN_STATE ? UNKNOWN_MARK : MARKS[state];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="${colour}"/><path d="${shape}" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
