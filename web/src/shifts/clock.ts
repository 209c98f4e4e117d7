/** Times of a shift on the centre's clock: minutes since the midnight with which its date begins. */

export const KINDS = ["on_post", "briefing", "break", "meal", "training", "meeting", "closing"] as const;
export type Kind = (typeof KINDS)[number];

export interface Part {
  kind: Kind;
  start_minute: number;
  end_minute: number;
}

/** A part while it is typed. */
export interface Draft {
  key: string;
  kind: Kind;
  start: string;
  end: string;
}

const DAY = 1440;
const two = (value: number): string => String(value).padStart(2, "0");

/** 09:30; hours of the next date begin again at 00:00. */
export function clockWord(minute: number): string {
  const shown = minute % DAY;
  return `${two(Math.floor(shown / 60))}:${two(shown % 60)}`;
}

/** 09:00–17:30; +1 behind what is on the next date. */
export function partWord({ start_minute, end_minute }: Pick<Part, "start_minute" | "end_minute">): string {
  return `${clockWord(start_minute)}–${clockWord(end_minute)}${end_minute > DAY ? " +1" : ""}`;
}

/** From the beginning of the first part to the end of the last. */
export function shiftWord(parts: readonly Part[]): string {
  const [first, last] = [parts[0], parts.at(-1)];
  return first && last ? partWord({ start_minute: first.start_minute, end_minute: last.end_minute }) : "";
}

/** 9:30, 09:30, 930; null where it is no time. */
export function readClock(text: string): number | null {
  const found = /^\s*([01]?\d|2[0-4])[:：.]?([0-5]\d)\s*$/.exec(text);
  if (!found) return null;
  const minute = Number(found[1]) * 60 + Number(found[2]);
  return minute <= DAY ? minute : null;
}

export function draftsOf(parts: readonly Part[]): Draft[] {
  return parts.map((part, at) => ({
    key: `part-${at}`,
    kind: part.kind,
    start: clockWord(part.start_minute),
    end: clockWord(part.end_minute),
  }));
}

/**
 * What was typed as parts, in the order in which they stand: a time before the one above it is on the next date. Null
 * where one of them is no time.
 */
export function partsOf(drafts: readonly Draft[]): Part[] | null {
  let before = 0;
  const parts: Part[] = [];
  for (const { kind, start, end } of drafts) {
    const [from, to] = [readClock(start), readClock(end)];
    if (from === null || to === null) return null;
    const start_minute = from < before ? from + DAY : from;
    const end_minute = start_minute + ((to - (start_minute % DAY) + DAY) % DAY || DAY);
    parts.push({ kind, start_minute, end_minute });
    before = end_minute;
  }
  return parts;
}

/** A part to go on with after the last one: an hour on post. */
export function nextDraft(drafts: readonly Draft[], key: string): Draft {
  const start = readClock(drafts.at(-1)?.end ?? "") ?? 540;
  return { key, kind: "on_post", start: clockWord(start), end: clockWord(start + 60) };
}
