/** An agent's day on one line: pure placing of actions and of what is unusual among them. */

import type { Instant, SeatState } from "../api/shapes";
import type { Action, ActionKind, Pattern } from "./shapes";

/** The seat state that an action looks like; `null` for those without length. */
export const LOOKS: Record<ActionKind, SeatState> = {
  signed_in: "ready",
  signed_out: "signed_out",
  ready: "ready",
  pause: "paused",
  unreachable: "unreachable",
  ring: "ringing",
  talk: "talking",
  wrap_up: "wrap_up",
};

export interface Placed {
  action: Action;
  /** Percent of the line. */
  left: number;
  width: number;
  isMarked: boolean;
}

export interface Line {
  from: Instant;
  until: Instant;
  placed: Placed[];
  hours: { at: Instant; left: number }[];
}

const HOUR_SECONDS = 3600;
const MOST_HOURS = 12;
/** Shorter than this share of the line, an action would not be seen: it is drawn as a hair. */
const THINNEST_PERCENT = 0.08;

/** Which patterns an action belongs to. */
export function patternsByAction(patterns: readonly Pattern[]): Map<string, Pattern[]> {
  const found = new Map<string, Pattern[]>();
  for (const pattern of patterns) {
    for (const id of pattern.actions) found.set(id, [...(found.get(id) ?? []), pattern]);
  }
  return found;
}

/** One that still lasts is as long as it was when it was asked for. */
const endOf = ({ since, until, seconds }: Action): Instant => until ?? since + seconds;

/** From the full hour before the first action to the one after the last. Empty where nothing was done. */
export function lineOf(actions: readonly Action[], patterns: readonly Pattern[]): Line | null {
  if (actions.length === 0) return null;
  const first = Math.min(...actions.map((action) => action.since));
  const last = Math.max(...actions.map(endOf));
  const from = Math.floor(first / HOUR_SECONDS) * HOUR_SECONDS;
  const until = Math.max(from + HOUR_SECONDS, Math.ceil(last / HOUR_SECONDS) * HOUR_SECONDS);
  const length = until - from;
  const percent = (at: Instant) => ((at - from) / length) * 100;
  const marked = patternsByAction(patterns);
  const step = Math.ceil(length / HOUR_SECONDS / MOST_HOURS) * HOUR_SECONDS;
  return {
    from,
    until,
    placed: actions
      .filter(({ kind }) => kind !== "signed_in" && kind !== "signed_out")
      .map((action) => ({
        action,
        left: percent(action.since),
        width: Math.max(THINNEST_PERCENT, percent(endOf(action)) - percent(action.since)),
        isMarked: marked.has(action.id),
      })),
    hours: Array.from({ length: Math.floor(length / step) + 1 }, (_, index) => from + index * step).map((at) => ({
      at,
      left: percent(at),
    })),
  };
}

/** Sums of the time spent, by kind, longest first. */
export function timeByKind(actions: readonly Action[]): [ActionKind, number][] {
  const sums = new Map<ActionKind, number>();
  for (const { kind, seconds } of actions) if (seconds > 0) sums.set(kind, (sums.get(kind) ?? 0) + seconds);
  return [...sums].sort((one, other) => other[1] - one[1]);
}
