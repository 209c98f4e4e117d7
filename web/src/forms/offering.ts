/** How an offer goes by, and when the next one is asked for. Pure: times are the server's, in seconds. */

import type { AttemptOutcome, Instant } from "../api/shapes";

/** Between two times of asking by itself. */
export const ASKS_EVERY_SECONDS = 5;
/** From here on the countdown is shown as urgent. */
const URGENT_SECONDS = 10;
/** The server may take an offer back this much before our clock says so: it is asked every few seconds only. */
const CLOCK_SLACK_SECONDS = 1;

/** With these nobody was spoken with: there is nothing to write down before the next callback. */
const NOBODY_SPOKE: ReadonlySet<AttemptOutcome> = new Set([
  "busy",
  "no_answer",
  "unreachable",
  "invalid_number",
  "rejected",
  "failed",
]);

export interface Span {
  offered_at: Instant;
  until: Instant;
}

export interface Countdown {
  /** Whole seconds left. */
  seconds: number;
  /** Of the whole time, what is left: 1 to 0. */
  share: number;
  isUrgent: boolean;
  isOver: boolean;
}

export function countdown({ offered_at, until }: Span, now: Instant): Countdown {
  const whole = Math.max(0, until - offered_at);
  const left = Math.min(whole, Math.max(0, until - now));
  return {
    seconds: Math.ceil(left),
    share: whole > 0 ? left / whole : 0,
    isUrgent: left <= URGENT_SECONDS,
    isOver: left === 0,
  };
}

/** Of a sheet, what says whether its callback is over. */
export interface Last {
  attempt: { placed_at: Instant; ended_at: Instant | null; outcome: string | null } | null;
  record: object | null;
}

/** Nothing is under way, and what was spoken of is written down. */
export function isFree(last: Last | null): boolean {
  if (!last?.attempt) return true;
  if (last.attempt.ended_at === null) return false;
  return last.record !== null || NOBODY_SPOKE.has(last.attempt.outcome as AttemptOutcome);
}

export interface Going {
  /** "Go on by itself" is switched on. */
  isOn: boolean;
  isAsking: boolean;
  /** Something is typed that was not sent. */
  hasDraft: boolean;
  askedAt: Instant;
}

/** Whether to ask for the next one now, where nothing is open. */
export function asksNow({ isOn, isAsking, hasDraft, askedAt }: Going, now: Instant): boolean {
  return isOn && !isAsking && !hasDraft && now - askedAt >= ASKS_EVERY_SECONDS;
}

/** How long the time that was promised is over; null while it lies ahead. */
export function overdueSeconds(dueAt: Instant, now: Instant): number | null {
  return dueAt < now ? now - dueAt : null;
}

interface Seen {
  offer: (Span & { id: number }) | null;
  sheet: Last | null;
}

/**
 * The offer that was shown before ran out with nobody there: its time is over, it was answered neither in this browser
 * (`answered`) nor in another, where its call would have been placed since.
 */
export function ranOut(before: Seen["offer"], { offer, sheet }: Seen, answered: number | null, now: Instant): boolean {
  if (!before || offer?.id === before.id || answered === before.id) return false;
  const wasCalled = sheet?.attempt != null && sheet.attempt.placed_at >= before.offered_at;
  return !wasCalled && now >= before.until - CLOCK_SLACK_SECONDS;
}
