/** What is searched for: kept in the address of the page, turned into the API's parameters. */

import type { Instant } from "../api/shapes";
import { dayStart, fromWall, toWall } from "../format";

export const RANGES = ["hour", "today", "yesterday", "week", "custom"] as const;
export type Range = (typeof RANGES)[number];
/** What is asked less often: of one conversation, then of the call's recording, tags, list and reviews. */
export const MORE_FIELDS = [
  "team",
  "talk_from",
  "talk_to",
  "hold_from",
  "ended_by",
  "talk_over_from",
  "has_recording",
  "tag",
  "wrap_up_reason",
  "list",
  "result",
  "score_from",
  "score_to",
] as const;
export const FIELDS = ["number", "agent", "customer", "queue", "outcome", "direction", ...MORE_FIELDS] as const;
export type Field = (typeof FIELDS)[number];

export interface Search extends Record<Field, string> {
  range: Range;
  /** Wall time in the centre's zone, `2025-11-22T10:31`; used when the range is `custom`. */
  from: string;
  to: string;
}

export function readSearch(params: URLSearchParams): Search {
  const text = (name: string) => params.get(name) ?? "";
  const fields = Object.fromEntries(FIELDS.map((field) => [field, text(field)])) as Record<Field, string>;
  return {
    ...fields,
    range: RANGES.find((range) => range === params.get("range")) ?? "today",
    from: text("from"),
    to: text("to"),
  };
}

export function writeSearch(search: Search): URLSearchParams {
  const params = new URLSearchParams();
  if (search.range !== "today") params.set("range", search.range);
  if (search.range === "custom" && search.from) params.set("from", search.from);
  if (search.range === "custom" && search.to) params.set("to", search.to);
  for (const field of FIELDS) if (search[field].trim()) params.set(field, search[field].trim());
  return params;
}

export function isNarrowed(search: Search, fields: readonly Field[] = FIELDS): boolean {
  return fields.some((field) => search[field].trim() !== "");
}

export function setFields(search: Search): Field[] {
  return FIELDS.filter((field) => search[field].trim() !== "");
}

export function without(search: Search, field: Field): Search {
  return { ...search, [field]: "" };
}

export function withoutFilters(search: Search): Search {
  return { ...search, ...Object.fromEntries(FIELDS.map((field) => [field, ""])) };
}

/** From and until (exclusive); null is open. */
export function spanOf(search: Search, zone: string, now: Instant): { from: Instant | null; to: Instant | null } {
  const minute = Math.floor(now / 60) * 60;
  switch (search.range) {
    case "hour":
      return { from: minute - 3600, to: null };
    case "today":
      return { from: dayStart(zone, now), to: null };
    case "yesterday":
      return { from: dayStart(zone, now, -1), to: dayStart(zone, now) };
    case "week":
      return { from: dayStart(zone, now, -6), to: null };
    case "custom":
      return { from: fromWall(zone, search.from), to: fromWall(zone, search.to) };
  }
}

/** A search as the API takes it, and tells it again: what is not set is left out. */
export type Asked = Record<string, string | number | boolean>;

/** The search as it is asked at this moment. */
export function askedOf(search: Search, zone: string, now: Instant): Asked {
  const { range: _range, ...fields } = search;
  const asked = Object.entries({ ...fields, ...spanOf(search, zone, now) });
  return Object.fromEntries(asked.filter((entry): entry is [string, string | number] => Boolean(entry[1] ?? "")));
}

/** A search that was asked once, as the page of calls shows it. */
export function searchOf(asked: Asked, zone: string): Search {
  const wall = (edge: Asked[string] | undefined) => (typeof edge === "number" ? toWall(zone, edge) : "");
  const fields = Object.fromEntries(FIELDS.map((field) => [field, `${asked[field] ?? ""}`])) as Record<Field, string>;
  return { ...fields, range: "custom", from: wall(asked.from), to: wall(asked.to) };
}

/** Who sees numbers masked searches by a whole one: parts would tell the hidden digits. */
const FEWEST_DIGITS = 8;

/** Whether calls are searched by what was typed of a number so far. */
export function isSearchedBy(typed: string, seesNumbers: boolean): boolean {
  return seesNumbers || typed === "" || typed.replace(/\D/g, "").length >= FEWEST_DIGITS;
}
