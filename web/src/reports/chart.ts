/** What a chart shows, as an option of ECharts: pure, and quiet by intention. */

import type { EChartsCoreOption } from "echarts/core";

export type ChartOption = EChartsCoreOption;

export interface Series {
  id: string;
  name: string;
  kind: "bar" | "line";
  values: (number | null)[];
  color: string;
  isStacked?: boolean;
  isDashed?: boolean;
  /** Holds for its whole interval. */
  isStepped?: boolean;
}

export interface Drawing {
  labels: string[];
  series: Series[];
  write: (value: number) => string;
  /** How the axis is labelled; as the values are unless it says else. */
  writeTick?: (value: number) => string;
  target?: { value: number; name: string } | null;
  /** Values are shares of 0 to 1. */
  isShare?: boolean;
}

/** Told apart by lightness as well as by hue; the panel's tokens say them for light and dark. */
export const PALETTE = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => `var(--series-${number})`);

export const colorOf = (index: number): string => PALETTE[index % PALETTE.length] ?? "var(--ink)";

/** Beyond this many places a mark on each would be a caterpillar. */
const MOST_MARKS = 40;

const FONT = "Inter Variable, system-ui, sans-serif";
const text = { color: "var(--muted)", fontFamily: FONT, fontSize: 12 };

function axis(write: (value: number) => string, isShare: boolean) {
  return {
    type: "value",
    min: 0,
    ...(isShare ? { max: 1, interval: 0.25 } : { minInterval: 1 }),
    splitNumber: 4,
    axisLabel: { ...text, formatter: write },
    splitLine: { lineStyle: { color: "var(--line)" } },
  };
}

function drawn(series: Series, drawing: Drawing) {
  const { id, name, kind, values, color, isStacked, isDashed, isStepped } = series;
  const places = drawing.labels.length;
  return {
    id,
    name,
    type: kind,
    data: values,
    step: isStepped ? "middle" : undefined,
    stack: isStacked ? "all" : undefined,
    itemStyle: { color },
    lineStyle: { color, width: 2, type: isDashed ? "dashed" : "solid" },
    emphasis: { disabled: true },
    barMaxWidth: 36,
    barCategoryGap: "28%",
    symbol: "circle",
    symbolSize: 5,
    showSymbol: places <= MOST_MARKS,
    connectNulls: false,
    markLine: undefined,
  };
}

function targetLine({ value, name }: { value: number; name: string }) {
  return {
    id: "target",
    type: "line",
    data: [],
    silent: true,
    markLine: {
      silent: true,
      symbol: "none",
      data: [{ yAxis: value }],
      lineStyle: { color: "var(--muted)", type: "dashed", width: 1 },
      label: { ...text, formatter: name, position: "insideEndTop" },
    },
  };
}

export function optionOf(drawing: Drawing): ChartOption {
  const { labels, series, write, writeTick = write, target, isShare = false } = drawing;
  return {
    animation: false,
    aria: { enabled: false },
    grid: { left: 8, right: 8, top: series.length > 1 ? 34 : 14, bottom: 4, containLabel: true },
    legend: {
      show: series.length > 1,
      type: "plain",
      top: 0,
      left: 0,
      itemWidth: 14,
      itemHeight: 9,
      itemGap: 16,
      textStyle: text,
      data: series.map((one) => one.name),
      inactiveColor: "var(--line-strong)",
    },
    tooltip: {
      trigger: "axis",
      axisPointer: { type: "shadow", shadowStyle: { color: "var(--line)", opacity: 0.35 } },
      backgroundColor: "var(--panel)",
      borderColor: "var(--line-strong)",
      textStyle: { color: "var(--ink)", fontFamily: FONT, fontSize: 12 },
      confine: true,
      formatter: (rows: { seriesName: string; axisValueLabel: string; value: number | null; marker: string }[]) =>
        tooltip(rows, write),
    },
    xAxis: {
      type: "category",
      data: labels,
      axisLabel: { ...text, hideOverlap: true },
      axisLine: { lineStyle: { color: "var(--line-strong)" } },
      axisTick: { show: false },
    },
    yAxis: axis(writeTick, isShare),
    series: [...series.map((one) => drawn(one, drawing)), ...(target ? [targetLine(target)] : [])],
  };
}

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Names of queues and agents come from outside: in ECharts' tooltip, which is HTML, they are text. */
export function escaped(words: string): string {
  return words.replace(/[&<>"']/g, (letter) => ESCAPES[letter] ?? letter);
}

function tooltip(
  rows: { seriesName: string; axisValueLabel: string; value: number | null; marker: string }[],
  write: (value: number) => string,
): string {
  const lines = rows
    .filter(({ value }) => value !== null && value !== undefined)
    .map(
      ({ seriesName, value, marker }) =>
        `<tr><td>${marker}${escaped(seriesName)}</td><td style="padding-left:14px;text-align:right">` +
        `<b>${escaped(write(value ?? 0))}</b></td></tr>`,
    );
  const head = escaped(rows[0]?.axisValueLabel ?? "");
  return `${head}<table style="font-variant-numeric:tabular-nums">${lines.join("")}</table>`;
}

/** What the drawing says, for those who do not see it: each series' highest and lowest, and where. */
export function extremesOf(values: (number | null)[]): { high: number; low: number } | null {
  let high = -1;
  let low = -1;
  values.forEach((value, index) => {
    if (value === null) return;
    if (high < 0 || value > (values[high] ?? 0)) high = index;
    if (low < 0 || value < (values[low] ?? 0)) low = index;
  });
  return high < 0 ? null : { high, low };
}
