import { SegmentedControl, Select, Skeleton } from "@mantine/core";
import { lazy, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../api/queries";
import type { Figure } from "../api/shapes";
import { useFormula } from "../floor/Figures";
import { useLabel } from "../i18n";
import { Failure } from "../parts/Failure";
import { Empty } from "../parts/Waiting";
import classes from "./ChartPanel.module.css";
import { colorOf, extremesOf, optionOf, type Series } from "./chart";
import { grouped } from "./columns";
import { useIntervalWord } from "./labels";
import { intervalSums, linesOf, readSort, totalsOf } from "./lines";
import page from "./ReportsPage.module.css";
import { ReportTable } from "./ReportTable";
import { chartInterval, countDays, type Days, type Interval } from "./ranges";
import { type IntervalTotals, type Report, useReport } from "./report";
import type { Filters, Opened, Subject } from "./view";

const Chart = lazy(() => import("./Chart"));

/** How a visit may end, as it is stacked: what was answered carries the rest. */
const OUTCOMES: Record<string, string> = {
  answered: "var(--series-1)",
  abandoned: "var(--series-2)",
  timed_out: "var(--series-3)",
  left_by_key: "var(--series-4)",
  left_when_empty: "var(--series-5)",
  withdrawn: "var(--series-6)",
  callback_requested: "var(--series-7)",
  lost: "var(--series-8)",
};
const HEIGHT = 250;

interface PanelProps {
  subject: Subject;
  days: Days;
  interval: Interval;
  filters: Filters;
  compare: boolean;
  figures: Figure[];
  chart: string;
  onChart: (chart: string) => void;
  onOpen: (opened: Opened) => void;
}

function outcomesOf(figures: Figure[]): Figure[] {
  return Object.keys(OUTCOMES).flatMap((id) => figures.find((figure) => figure.id === id) ?? []);
}

/** Stacked outcomes; or one figure as bars (counts) or a line, with the span before behind it. */
function useSeries(report: Report, sums: IntervalTotals[], drawn: Figure[], isOutcomes: boolean): Series[] {
  const label = useLabel();
  const { t } = useTranslation();
  const valuesOf = (among: IntervalTotals[], id: string) => {
    const byIndex = new Map(among.map((sum) => [sum.index, sum.figures[id] ?? null]));
    return sums.map(({ index }) => byIndex.get(index) ?? null);
  };
  if (isOutcomes) {
    return drawn
      .map((figure) => ({
        id: figure.id,
        name: label(figure),
        kind: "bar" as const,
        values: valuesOf(sums, figure.id),
        color: OUTCOMES[figure.id] ?? colorOf(7),
        isStacked: true,
      }))
      .filter(({ id, values }) => id === "answered" || values.some((value) => value));
  }
  return drawn.flatMap((figure) => {
    const kind = figure.unit === "count" ? ("bar" as const) : ("line" as const);
    const now = {
      id: figure.id,
      name: label(figure),
      kind,
      values: valuesOf(sums, figure.id),
      color: colorOf(0),
    };
    if (!report.previous) return [now];
    const values = valuesOf(report.previous.interval_totals, figure.id);
    const before = {
      id: `before ${figure.id}`,
      name: t("reports.before"),
      kind: "line" as const,
      values,
      color: colorOf(6),
      isDashed: true,
    };
    return [now, before];
  });
}

function FigureChoice({
  figures,
  value,
  onChart,
}: {
  figures: Figure[];
  value: string;
  onChart: PanelProps["onChart"];
}) {
  const { t } = useTranslation();
  const label = useLabel();
  const groups = grouped(figures).map(([group, inGroup]) => ({
    group: t(`reports.group.${group}`),
    items: inGroup.map((figure) => ({ value: figure.id, label: label(figure) })),
  }));
  const outcomes = outcomesOf(figures).length > 1 ? [{ value: "outcomes", label: t("reports.outcomes") }] : [];
  return (
    <Select
      size="xs"
      className={classes.choice}
      aria-label={t("reports.drawn")}
      data={[...outcomes, ...groups]}
      value={value}
      onChange={(next) => next && onChart(next)}
      allowDeselect={false}
      maxDropdownHeight={360}
    />
  );
}

/** The drawing in words: of each series where it is highest and lowest. */
function useSummary(): (series: Series[], labels: string[], write: (value: number) => string) => string {
  const { t } = useTranslation();
  return (series, labels, write) =>
    series
      .map(({ name, values }) => {
        const found = extremesOf(values);
        if (!found) return `${name}: ${t("reports.none")}`;
        return t("reports.extremes", {
          name,
          high: write(values[found.high] ?? 0),
          highAt: labels[found.high],
          low: write(values[found.low] ?? 0),
          lowAt: labels[found.low],
        });
      })
      .join(". ");
}

interface DrawnProps {
  report: Report;
  filters: Filters;
  drawn: Figure[];
  isOutcomes: boolean;
  isTable: boolean;
  isOneDay: boolean;
  onOpen: (opened: Opened) => void;
}

function Drawn({ report, filters, drawn, isOutcomes, isTable, isOneDay, onOpen }: DrawnProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useIntervalWord(report.interval, isOneDay);
  const sums = intervalSums(report);
  const series = useSeries(report, sums, drawn, isOutcomes);
  const summary = useSummary();
  const lines = useMemo(() => linesOf(report, filters).map((line) => ({ ...line, inner: [] })), [report, filters]);
  const figure = drawn[0];
  const labels = sums.map(word);
  const write = (value: number) => format.figure(figure?.unit ?? "count", value, figure?.decimals);
  const target = figure && !isOutcomes && figure.target !== null ? figure.target : null;
  const option = optionOf({
    labels,
    series,
    write,
    writeTick: (value) => format.target(figure?.unit ?? "count", value),
    isShare: figure?.unit === "share",
    target:
      target === null
        ? null
        : { value: target, name: t("floor.target", { target: format.target(figure?.unit ?? "count", target) }) },
  });
  if (isTable) {
    return (
      <ReportTable
        subject={report.subject}
        figures={drawn}
        extras={[]}
        lines={lines}
        totals={totalsOf(report, filters)}
        sort={readSort("", "name")}
        onSort={() => undefined}
        intervalWord={word}
        rankedBy={null}
        onOpen={onOpen}
        caption={t("reports.drawn")}
      />
    );
  }
  const choose = (id: string, index: number) => {
    const line = lines[index];
    if (line && drawn.some((one) => one.id === id)) onOpen({ ...line.scope, figure: id, part: "numerator" });
  };
  return (
    <div className={classes.drawn}>
      <Suspense fallback={<Skeleton h={HEIGHT} />}>
        <Chart option={option} label={summary(series, labels, write)} height={HEIGHT} onChoose={choose} />
      </Suspense>
    </div>
  );
}

/** How a figure went over the span, drawn or as a table. */
export function ChartPanel({ subject, days, interval, filters, compare, figures, chart, onChart, onOpen }: PanelProps) {
  const { t } = useTranslation();
  const formula = useFormula();
  const [shape, setShape] = useState<"chart" | "table">("chart");
  const outcomes = outcomesOf(figures);
  const known = figures.find((figure) => figure.id === chart);
  const usual =
    outcomes.length > 1 ? "outcomes" : (figures.find(({ id }) => id === "handled")?.id ?? figures[0]?.id ?? "");
  const value = known ? known.id : usual;
  const isOutcomes = value === "outcomes";
  const drawn = isOutcomes ? outcomes : figures.filter((figure) => figure.id === value);
  const result = useReport({
    subject,
    days,
    interval: interval === "none" ? chartInterval(days) : interval,
    filters,
    figures: drawn.map(({ id }) => id),
    compare: compare && !isOutcomes,
  });
  const isEmpty = result.data !== undefined && result.data.rows.length === 0;
  const meaning = drawn[0];
  return (
    <section className={`panel ${classes.panel}`} aria-labelledby="chart-title">
      <div className={page.head}>
        <h2 id="chart-title">{t("reports.overTime")}</h2>
        <FigureChoice figures={figures} value={value} onChart={onChart} />
        {!isOutcomes && meaning && <span className={`muted ${classes.formula}`}>{formula(meaning)}</span>}
        <SegmentedControl
          size="xs"
          className={classes.shape}
          aria-label={t("reports.shape")}
          value={shape}
          onChange={(next) => setShape(next as "chart" | "table")}
          data={(["chart", "table"] as const).map((one) => ({ value: one, label: t(`reports.shapes.${one}`) }))}
        />
      </div>
      {result.isPending && (
        <div className={classes.drawn}>
          <Skeleton h={HEIGHT} />
        </div>
      )}
      {result.isError && <Failure error={result.error} onRetry={() => void result.refetch()} />}
      {isEmpty && <Empty title={t("reports.none")} text={t("reports.noneText")} />}
      {result.data && !isEmpty && (
        <Drawn
          report={result.data}
          filters={filters}
          drawn={drawn}
          isOutcomes={isOutcomes}
          isTable={shape === "table"}
          isOneDay={countDays(days) === 1}
          onOpen={onOpen}
        />
      )}
    </section>
  );
}
