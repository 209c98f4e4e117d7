import { SegmentedControl, Skeleton } from "@mantine/core";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFiguresNamed, useFormat } from "../api/queries";
import { useLabel } from "../i18n";
import { colorOf, optionOf } from "./chart";
import { useIntervalWord } from "./labels";
import page from "./ReportsPage.module.css";
import type { Interval } from "./ranges";
import type { IntervalTotals } from "./report";

const Chart = lazy(() => import("./Chart"));

interface Props {
  interval: Interval;
  intervals: IntervalTotals[];
  /** The figures among which one chooses, the one that is drawn first before them. */
  drawn: readonly [string, ...string[]];
  /** A click on an interval: of which figure, what it is called, its bounds. */
  onOpen?: (opened: { figure: string; name: string; where: { from: string; to: string } }) => void;
}

/** One figure of everything together, interval by interval. */
export function Trend({ interval, intervals, drawn, onOpen }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const label = useLabel();
  const word = useIntervalWord(interval, interval === "hour");
  const [chosen, choose] = useState<string>(drawn[0]);
  const figures = useFiguresNamed([...drawn]);
  const figure = figures.find(({ id }) => id === chosen);
  if (!figure) return null;
  const values = intervals.map(({ figures: found }) => found[figure.id] ?? null);
  const labels = intervals.map(word);
  const write = (value: number) => format.figure(figure.unit, value, figure.decimals);
  const option = optionOf({
    labels,
    series: [
      {
        id: figure.id,
        name: label(figure),
        kind: figure.unit === "count" ? "bar" : "line",
        values,
        color: colorOf(0),
      },
    ],
    write,
    isShare: figure.unit === "share",
  });
  const told = values.map((value, index) => (value === null ? "" : `${labels[index]}: ${write(value)}`));
  const openAt = (index: number) => {
    const found = intervals[index];
    if (found?.start == null || found.end === null) return;
    onOpen?.({
      figure: figure.id,
      name: labels[index] ?? "",
      where: { from: String(found.start), to: String(found.end) },
    });
  };
  return (
    <section className="panel" aria-labelledby="trend-title">
      <div className={page.head}>
        <h2 id="trend-title">{t("reports.overTime")}</h2>
        <SegmentedControl
          size="xs"
          className={page.choices}
          aria-label={t("reports.overTime")}
          value={chosen}
          onChange={choose}
          data={figures.map((one) => ({ value: one.id, label: label(one) }))}
        />
      </div>
      <Suspense fallback={<Skeleton h={200} />}>
        <Chart
          option={option}
          label={`${label(figure)}. ${told.filter(Boolean).join("; ")}`}
          height={200}
          onChoose={onOpen ? (_, index) => openAt(index) : undefined}
        />
      </Suspense>
    </section>
  );
}
