/** A report as the lines of a table: which figures stand on each, what they open, in which order. Pure. */

import type { Figure, FigureValues } from "../api/shapes";
import { meetsTarget } from "../floor/filters";
import type { Interval } from "./ranges";
import type { Counts, IntervalBounds, IntervalTotals, Report, ReportRow } from "./report";
import type { Filters, Opened, Subject } from "./view";

/** What the numbers of a line are about: everything that is opened but for the figure. */
export type Scope = Omit<Opened, "figure" | "part">;

export interface Line {
  key: string;
  /** The subject, where the line is about one. */
  row: ReportRow | null;
  /** The interval, where the line is about one. */
  bounds: IntervalBounds | null;
  figures: FigureValues;
  before: FigureValues | null;
  scope: Scope;
  /** The lines that this one sums up. */
  inner: Line[];
}

/** Paused time by reason is no figure of the catalogue; its columns are called so. */
export const REASON = "reason:";

function withReasons(row: ReportRow): FigureValues {
  const reasons = Object.entries(row.reasons ?? {}).map(([code, seconds]) => [REASON + code, seconds] as const);
  return reasons.length > 0 ? { ...row.figures, ...Object.fromEntries(reasons) } : row.figures;
}

/** The figures of several rows, with their pauses by reason added up. */
function withReasonsOf(figures: FigureValues, rows: readonly ReportRow[]): FigureValues {
  const sums: Record<string, number> = {};
  for (const row of rows) {
    for (const [code, seconds] of Object.entries(row.reasons ?? {})) {
      sums[REASON + code] = (sums[REASON + code] ?? 0) + seconds;
    }
  }
  return { ...figures, ...sums };
}

function scopeOf(report: Report, filters: Filters, row: ReportRow | null, bounds: IntervalBounds | null): Scope {
  const isFolded = bounds !== null && bounds.start === null;
  const folded = (interval: Report["interval"]) =>
    isFolded && report.interval === interval ? String(bounds.index) : "";
  const of = (subject: Subject, own: string | undefined) => (row && report.subject === subject ? own : undefined);
  return {
    from: String(bounds?.start ?? report.from),
    to: String(bounds?.end ?? report.to),
    queue: of("queues", row?.id) ?? filters.queue,
    agent: of("agents", row?.agent || row?.id) ?? (report.subject === "queues" ? "" : filters.agent),
    team: of("teams", row?.id) ?? (report.subject === "queues" ? null : filters.team || null),
    weekday: folded("weekday"),
    hour: folded("hour_of_day"),
    reason: "",
  };
}

const rowKey = (row: ReportRow) => `${row.id}\n${row.index}`;

function previousRows(previous: Counts | null): Map<string, ReportRow> {
  return new Map((previous?.rows ?? []).map((row) => [rowKey(row), row]));
}

function groupedBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

const WITHIN_A_DAY: readonly Interval[] = ["15m", "30m", "hour"];

/**
 * The sums of every interval, also of those in which nothing happened. Of a day only those from the first with
 * something to the last: nobody reads the night of an office.
 */
export function intervalSums(report: Pick<Report, "interval" | "intervals" | "interval_totals">): IntervalTotals[] {
  const known = new Map(report.interval_totals.map((sum) => [sum.index, sum]));
  const sums = report.intervals.map((bounds) => known.get(bounds.index) ?? { ...bounds, figures: {} });
  const isBusy = ({ figures }: IntervalTotals) => Object.values(figures).some(Boolean);
  const first = sums.findIndex(isBusy);
  if (!WITHIN_A_DAY.includes(report.interval) || first < 0) return sums;
  return sums.slice(first, sums.findLastIndex(isBusy) + 1);
}

/** One line a subject, or one an interval with the subjects inside. */
export function linesOf(report: Report, filters: Filters): Line[] {
  const before = previousRows(report.previous);
  const own = (row: ReportRow, bounds: IntervalBounds | null): Line => {
    const earlier = before.get(rowKey(row));
    return {
      key: rowKey(row),
      row,
      bounds,
      figures: withReasons(row),
      before: report.previous && (earlier ? withReasons(earlier) : {}),
      scope: scopeOf(report, filters, row, bounds),
      inner: [],
    };
  };
  if (report.interval === "none") return report.rows.map((row) => own(row, null));
  const byInterval = groupedBy(report.rows, (row) => row.index);
  const rowsBefore = groupedBy(report.previous?.rows ?? [], (row) => row.index);
  const earlier = new Map(
    (report.previous?.interval_totals ?? []).map((sum) => [
      sum.index,
      withReasonsOf(sum.figures, rowsBefore.get(sum.index) ?? []),
    ]),
  );
  return intervalSums(report).map((sum) => ({
    key: `interval ${sum.index}`,
    row: null,
    bounds: sum,
    figures: withReasonsOf(sum.figures, byInterval.get(sum.index) ?? []),
    before: report.previous && (earlier.get(sum.index) ?? {}),
    scope: scopeOf(report, filters, null, sum),
    inner: (byInterval.get(sum.index) ?? []).map((row) => own(row, sum)),
  }));
}

export function totalsOf(report: Report, filters: Filters): Line {
  return {
    key: "totals",
    row: null,
    bounds: null,
    figures: withReasonsOf(report.totals, report.rows),
    before: report.previous && withReasonsOf(report.previous.totals, report.previous.rows),
    scope: scopeOf(report, filters, null, null),
    inner: [],
  };
}

/** Agents under the sums of their teams, as the report of teams tells them. */
export function byTeam(agents: Line[], teams: Line[]): Line[] {
  const found = groupedBy(agents, (line) => line.row?.team ?? "");
  const sums = new Map(teams.map((line) => [line.row?.id ?? "", line]));
  return [...found].flatMap(([team, inner]) => {
    const sum = sums.get(team);
    return sum ? [{ ...sum, inner }] : inner;
  });
}

export interface Sort {
  id: string;
  isDescending: boolean;
}

export function readSort(text: string, usual: string): Sort {
  const asked = text || usual;
  return asked.startsWith("-") ? { id: asked.slice(1), isDescending: true } : { id: asked, isDescending: false };
}

/** By a figure, the best first. */
export function bestFirst(figure: Figure): string {
  return figure.direction === "down" ? figure.id : `-${figure.id}`;
}

/** The first click shows the best first, the next the other end. */
export function nextSort(now: Sort, figure: Figure | null): string {
  const first = figure ? bestFirst(figure) : "name";
  if (now.id !== (figure?.id ?? "name")) return first;
  const isFirst = now.isDescending === first.startsWith("-");
  if (!isFirst) return first;
  return first.startsWith("-") ? first.slice(1) : `-${first}`;
}

const collator = new Intl.Collator(["zh-Hans-CN", "en"], { numeric: true });

/** What has no value stands last, whichever way. */
export function sorted(lines: Line[], sort: Sort): Line[] {
  const sign = sort.isDescending ? -1 : 1;
  const compare = (one: Line, other: Line) => {
    if (sort.id === "name") {
      const byTime = (one.bounds?.index ?? 0) - (other.bounds?.index ?? 0);
      return sign * (byTime || collator.compare(one.row?.name ?? "", other.row?.name ?? ""));
    }
    const a = one.figures[sort.id] ?? null;
    const b = other.figures[sort.id] ?? null;
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return sign * (a - b);
  };
  return lines.map((line) => ({ ...line, inner: sorted(line.inner, sort) })).sort(compare);
}

/** The place of each line by a figure, the best first; equals share a place, and who has no value has none. */
export function ranks(lines: Line[], figure: Figure): Map<string, number> {
  const valued = lines.flatMap((line) => {
    const value = line.figures[figure.id];
    return value === null || value === undefined ? [] : [{ key: line.key, value }];
  });
  const sign = figure.direction === "down" ? 1 : -1;
  valued.sort((one, other) => sign * (one.value - other.value));
  const places = new Map<string, number>();
  valued.forEach(({ key, value }, index) => {
    const before = valued[index - 1];
    const isTie = before !== undefined && before.value === value;
    places.set(key, isTie ? (places.get(before.key) ?? index + 1) : index + 1);
  });
  return places;
}

export type Tone = "good" | "bad" | "plain";

export interface Delta {
  /** Now − before. */
  difference: number;
  /** Of the value before; `null` when that was 0. */
  share: number | null;
  tone: Tone;
}

/** As finely as a figure is written. */
const SMALLEST: Partial<Record<Figure["unit"], number>> = { seconds: 1, share: 0.001, per_hour: 0.1, number: 0.1 };

/** What changed since the span before, and whether that is good. */
export function deltaOf(
  figure: Figure,
  now: number | null | undefined,
  before: number | null | undefined,
): Delta | null {
  if (now === null || now === undefined || before === null || before === undefined) return null;
  const raw = now - before;
  // What is written the same is the same.
  const difference = Math.abs(raw) < (SMALLEST[figure.unit] ?? 0) / 2 ? 0 : raw;
  const isBetter = figure.direction === "up" ? difference > 0 : difference < 0;
  const tone = difference === 0 || figure.direction === "none" ? "plain" : isBetter ? "good" : "bad";
  return { difference, share: before === 0 ? null : difference / before, tone };
}

export function misses(figure: Figure, value: number | null | undefined): boolean {
  if (value === null || value === undefined || figure.target === null) return false;
  return !meetsTarget(figure.direction, value, figure.target);
}
