/** What the seats needed are to achieve: kept in the address, in per cent as people say it, sent as shares. */

import type { StaffingModel, StaffingRow } from "./shapes";

export const GRAINS = ["15m", "30m", "hour"] as const;
export const MODELS = ["erlang_c", "erlang_a"] as const;

export interface Aims {
  /** Per cent answered within the threshold. */
  target: number;
  /** Seconds; `null`: the queue's own. */
  threshold: number | null;
  /** Per cent of the time that a seat may be at work at most. */
  occupancy: number;
  /** Per cent of the roster that is away: breaks, training, illness. */
  shrinkage: number;
  model: StaffingModel;
  interval: (typeof GRAINS)[number];
}

function within(text: string | null, low: number, high: number, usual: number): number {
  const value = Number(text);
  return text !== null && text !== "" && value >= low && value <= high ? value : usual;
}

export function readAims(params: URLSearchParams): Aims {
  const threshold = within(params.get("threshold"), 0, 3600, -1);
  return {
    target: within(params.get("target"), 1, 99, 80),
    threshold: threshold < 0 ? null : threshold,
    occupancy: within(params.get("occupancy"), 10, 100, 90),
    shrinkage: within(params.get("shrinkage"), 0, 90, 0),
    model: MODELS.find((model) => model === params.get("model")) ?? "erlang_c",
    interval: GRAINS.find((grain) => grain === params.get("interval")) ?? "30m",
  };
}

export function writeAims(aims: Aims): Record<string, string> {
  const { threshold, ...others } = aims;
  const all = Object.entries({ ...others, ...(threshold === null ? {} : { threshold }) });
  return Object.fromEntries(all.map(([name, value]) => [name, String(value)]));
}

export function aimsQuery(aims: Aims): Record<string, string> {
  return {
    target: String(aims.target / 100),
    threshold: aims.threshold === null ? "" : String(aims.threshold),
    max_occupancy: String(aims.occupancy / 100),
    shrinkage: String(aims.shrinkage / 100),
    model: aims.model,
    interval: aims.interval,
  };
}

/** The intervals from the first in which somebody called or was there to the last. */
export function staffedPart(rows: readonly StaffingRow[]): StaffingRow[] {
  const isStaffed = (row: StaffingRow) => row.offered > 0 || row.seats_there > 0;
  return rows.slice(Math.max(0, rows.findIndex(isStaffed)), rows.findLastIndex(isStaffed) + 1);
}
