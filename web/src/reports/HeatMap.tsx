import { Select } from "@mantine/core";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../api/queries";
import type { Figure } from "../api/shapes";
import { useLabel } from "../i18n";
import { Failure } from "../parts/Failure";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import classes from "./HeatMap.module.css";
import { walk } from "./Numbers";
import page from "./ReportsPage.module.css";
import type { Days } from "./ranges";
import { type HeatCell, useHeatMap } from "./report";
import { EVERYTHING, type Opened } from "./view";

const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];

/** The hours between the first and the last with a value, so that an office day is not drawn on a night's width. */
export function hoursOf(cells: readonly HeatCell[]): number[] {
  const hours = cells.filter((cell) => cell.value !== null).map((cell) => cell.hour);
  if (hours.length === 0) return [];
  const first = Math.min(...hours);
  return Array.from({ length: Math.max(...hours) - first + 1 }, (_, index) => first + index);
}

interface GridProps {
  cells: HeatCell[];
  figure: Figure;
  onOpen: (weekday: number, hour: number) => void;
}

function Grid({ cells, figure, onOpen }: GridProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const hours = hoursOf(cells);
  const most = Math.max(...cells.map((cell) => cell.value ?? 0));
  const values = useMemo(() => new Map(cells.map((cell) => [`${cell.weekday} ${cell.hour}`, cell.value])), [cells]);
  return (
    <div className={page.scroll}>
      {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: arrow keys walk over its numbers */}
      <table className={classes.grid} role="grid" onKeyDown={walk}>
        <caption className="visually-hidden">{t("reports.heat.title")}</caption>
        <thead>
          <tr>
            <td />
            {hours.map((hour) => (
              <th key={hour} scope="col" className="num">
                {hour}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {WEEKDAYS.map((weekday) => (
            <tr key={weekday}>
              <th scope="row">{format.weekday(weekday)}</th>
              {hours.map((hour, index) => {
                const value = values.get(`${weekday} ${hour}`) ?? null;
                const strength = value === null || most === 0 ? 0 : Math.round((value / most) * 100);
                const text = value === null ? "" : format.figure(figure.unit, value, figure.decimals);
                return (
                  <td key={hour} className="num" style={{ "--strength": `${strength}%` } as React.CSSProperties}>
                    {value !== null && (
                      <button
                        type="button"
                        tabIndex={index === 0 ? 0 : -1}
                        aria-label={`${format.weekday(weekday)} ${t("reports.hourOfDay", { from: hour, to: hour + 1 })}: ${text}`}
                        onClick={() => onOpen(weekday, hour)}
                      >
                        {text}
                      </button>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface HeatProps {
  days: Days;
  queue: string;
  figures: Figure[];
  scope: Pick<Opened, "from" | "to">;
  onOpen: (opened: Opened) => void;
}

/** What can be mapped: what says something of a single hour. */
const MAPPED = ["offered", "abandoned", "answer_rate", "service_level", "asa_seconds"];

/** When the load comes, by weekday and hour of the centre's clock. */
export function HeatMap({ days, queue, figures, scope, onOpen }: HeatProps) {
  const { t } = useTranslation();
  const label = useLabel();
  const [id, setId] = useState("offered");
  const choices = figures.filter((figure) => MAPPED.includes(figure.id));
  const figure = choices.find((one) => one.id === id);
  const result = useHeatMap(days, queue, id);
  return (
    <section className="panel" aria-labelledby="heat-title">
      <div className={page.head}>
        <h2 id="heat-title">{t("reports.heat.title")}</h2>
        <Select
          size="xs"
          aria-label={t("reports.heat.figure")}
          data={choices.map((one) => ({ value: one.id, label: label(one) }))}
          value={id}
          onChange={(next) => next && setId(next)}
          allowDeselect={false}
        />
      </div>
      {result.isPending && <RowsSkeleton rows={7} />}
      {result.isError && <Failure error={result.error} onRetry={() => void result.refetch()} />}
      {result.data?.length === 0 && <Empty title={t("reports.none")} text={t("reports.heat.noneText")} />}
      {figure && result.data && result.data.length > 0 && (
        <Grid
          cells={result.data}
          figure={figure}
          onOpen={(weekday, hour) =>
            onOpen({
              ...EVERYTHING,
              ...scope,
              figure: figure.id,
              part: "numerator",
              queue,
              weekday: String(weekday),
              hour: String(hour),
            })
          }
        />
      )}
    </section>
  );
}
