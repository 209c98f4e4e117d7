/** What is looked at, kept in the address of the page, so that a link shows somebody else the same. */

import {
  addDays,
  countDays,
  type Day,
  type Days,
  daysOf,
  INTERVALS,
  type Interval,
  isDay,
  PRESETS,
  type Preset,
} from "./ranges";

export type Range = Preset | "custom";

/** Part of the address of every page of reports: it goes along from one to the next. */
export interface Chosen {
  range: Range;
  /** Used when the range is `custom`. */
  days: Days | null;
}

export const SUBJECTS = ["queues", "agents", "teams"] as const;
export type Subject = (typeof SUBJECTS)[number];

export interface Filters {
  /** `pbx/queue`, or "" for all. */
  queue: string;
  agent: string;
  team: string;
}

export interface View extends Chosen, Filters {
  interval: Interval;
  compare: boolean;
  /** Ids of figures; empty: the usual ones. */
  columns: string[];
  /** Id of a figure or `name`; `-` before it for the highest first; empty: by name. */
  sort: string;
  /** What is drawn: the id of a figure, or `outcomes`. */
  chart: string;
}

export function readRange(params: URLSearchParams, usual: Range = "today"): Chosen {
  const from = params.get("from") ?? "";
  const to = params.get("to") ?? "";
  if (isDay(from) && isDay(to) && from <= to) return { range: "custom", days: { from, to } };
  return { range: PRESETS.find((preset) => preset === params.get("range")) ?? usual, days: null };
}

export function writeRange({ range, days }: Chosen): Record<string, string> {
  return range === "custom" && days ? { from: days.from, to: days.to } : { range };
}

export function chosenDays({ range, days }: Chosen, today: Day): Days {
  if (range === "custom") return days ?? { from: today, to: today };
  return daysOf(range, today);
}

/** As many days before or after. */
export function shifted(days: Days, direction: 1 | -1): Days {
  const count = countDays(days) * direction;
  return { from: addDays(days.from, count), to: addDays(days.to, count) };
}

export function readView(params: URLSearchParams): View {
  return {
    ...readRange(params),
    queue: params.get("queue") ?? "",
    agent: params.get("agent") ?? "",
    team: params.get("team") ?? "",
    interval: INTERVALS.find((interval) => interval === params.get("interval")) ?? "none",
    compare: params.get("compare") === "previous",
    columns: (params.get("columns") ?? "").split(",").filter(Boolean),
    sort: params.get("sort") ?? "",
    chart: params.get("chart") ?? "",
  };
}

export function writeView(view: View): Record<string, string> {
  const all = {
    ...writeRange(view),
    queue: view.queue,
    agent: view.agent,
    team: view.team,
    interval: view.interval === "none" ? "" : view.interval,
    compare: view.compare ? "previous" : "",
    columns: view.columns.join(","),
    sort: view.sort,
    chart: view.chart,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ""));
}

/** The list behind a number: which figure, which part of its ratio, and of what. */
export interface Opened {
  figure: string;
  part: "numerator" | "denominator";
  /** Dates or instants, as the report was asked for. */
  from: string;
  to: string;
  queue: string;
  agent: string;
  /** `null`: whatever team; "": agents without one. */
  team: string | null;
  /** 1–7 and 0–23, of a folded report or a cell of the heat map. */
  weekday: string;
  hour: string;
  /** Of pauses; "": whatever reason. */
  reason: string;
}

const OPENED = ["figure", "part", "from", "to", "queue", "agent", "team", "weekday", "hour", "reason"] as const;

/** What narrows nothing. */
export const EVERYTHING = { queue: "", agent: "", team: null, weekday: "", hour: "", reason: "" };

/** One parameter of the address, so that going back from a call leads to the list again. */
export function writeOpened(opened: Opened): string {
  const params = new URLSearchParams();
  for (const field of OPENED) {
    const value = opened[field];
    if (value || (field === "team" && value === "")) params.set(field, value);
  }
  return params.toString();
}

export function readOpened(text: string | null): Opened | null {
  const params = new URLSearchParams(text ?? "");
  const field = (name: (typeof OPENED)[number]) => params.get(name) ?? "";
  if (!field("figure") || !field("from") || !field("to")) return null;
  return {
    figure: field("figure"),
    part: field("part") === "denominator" ? "denominator" : "numerator",
    from: field("from"),
    to: field("to"),
    queue: field("queue"),
    agent: field("agent"),
    team: params.get("team"),
    weekday: field("weekday"),
    hour: field("hour"),
    reason: field("reason"),
  };
}
