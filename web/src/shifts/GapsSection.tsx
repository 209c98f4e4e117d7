import { Select, Skeleton } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "wouter";
import { query } from "../api/client";
import { useFormat, useMay, useOwnQueues, useSettings } from "../api/queries";
import { NOTHING } from "../format";
import { Failure } from "../parts/Failure";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import { colorOf, optionOf } from "../reports/chart";
import { QueueSelect, TeamSelect } from "../reports/Filters";
import reports from "../reports/ReportsPage.module.css";
import report from "../reports/ReportTable.module.css";
import { queueOf } from "../reports/report";
import staffing from "../reports/StaffingPage.module.css";
import classes from "./Shifts.module.css";
import { Stepper } from "./Stepper";
import { type Gap, useGaps } from "./shifts";
import type { Where } from "./where";

const Chart = lazy(() => import("../reports/Chart"));
const HEIGHT = 260;
const GRAINS = ["15m", "30m"] as const;
const WEEKS = ["0", "1", "2", "3", "4"] as const;

/** The intervals from the first in which somebody was planned, there or needed to the last. */
function busyPart(rows: readonly Gap[]): Gap[] {
  const isBusy = (row: Gap) => row.planned > 0 || (row.there ?? 0) > 0 || row.seats_needed > 0;
  return rows.slice(Math.max(0, rows.findIndex(isBusy)), rows.findLastIndex(isBusy) + 1);
}

const seats = (value: number) => value.toFixed(Number.isInteger(value) ? 0 : 1);

function Difference({ value }: { value: number | null }) {
  const { t } = useTranslation();
  if (value === null) return <td className="num">{NOTHING}</td>;
  const isShort = value < -0.05;
  return (
    <td className={`num ${classes.whole}`} data-bad={isShort || undefined}>
      {isShort && <IconAlertTriangle size={12} role="img" aria-label={t("staffing.tooFew")} />}{" "}
      {value > 0.05 ? "+" : isShort ? "−" : ""}
      {Math.abs(value).toFixed(1)}
    </td>
  );
}

const COLUMNS = ["offered", "needed", "planned", "there", "plannedAgainstNeed", "thereAgainstPlan"] as const;

function GapTable({ rows }: { rows: readonly Gap[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys
    <section className={report.scroll} aria-label={t("shifts.gapsRows")} tabIndex={0}>
      <table className={`${report.table} ${staffing.table}`}>
        <caption className="visually-hidden">{t("shifts.gapsTitle")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("reports.interval")}</th>
            {COLUMNS.map((column) => (
              <th key={column} scope="col">
                {t(`shifts.gap.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.start}>
              <th scope="row">{format.minute(row.start)}</th>
              <td className="num">{row.offered === null ? NOTHING : format.number(row.offered)}</td>
              <td className="num">
                <strong>{seats(row.seats_needed)}</strong>
              </td>
              <td className="num">{seats(row.planned)}</td>
              <td className="num">{row.there === null ? NOTHING : seats(row.there)}</td>
              <Difference value={row.planned_against_need} />
              <Difference value={row.there_against_plan} />
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Drawn({ rows, report }: { rows: readonly Gap[]; report: string | null }) {
  const seesReports = useMay("see_reports");
  const { t } = useTranslation();
  const format = useFormat();
  const option = optionOf({
    labels: rows.map((row) => format.minute(row.start)),
    write: seats,
    series: [
      {
        id: "there",
        name: t("shifts.gap.there"),
        kind: "bar",
        values: rows.map((row) => row.there),
        color: colorOf(6),
      },
      {
        id: "planned",
        name: t("shifts.gap.planned"),
        kind: "line",
        values: rows.map((row) => row.planned),
        color: colorOf(0),
        isStepped: true,
      },
      {
        id: "needed",
        name: t("shifts.gap.needed"),
        kind: "line",
        values: rows.map((row) => row.seats_needed),
        color: colorOf(1),
        isStepped: true,
      },
    ],
  });
  const short = rows.filter((row) => row.planned_against_need < -0.05).length;
  return (
    <section className="panel" aria-labelledby="gaps-title">
      <div className={classes.head}>
        <h2 id="gaps-title">{t("shifts.gapsTitle")}</h2>
        <span className="muted">
          {t("shifts.gapsShort", { short, all: rows.length })}
          {seesReports && report && (
            <>
              {" · "}
              <Link href={report}>{t("reports.section.staffing")}</Link>
            </>
          )}
        </span>
      </div>
      <div className={classes.drawn}>
        <Suspense fallback={<Skeleton h={HEIGHT} />}>
          <Chart option={option} label={t("shifts.gapsShort", { short, all: rows.length })} height={HEIGHT} />
        </Suspense>
      </div>
      <GapTable rows={rows} />
    </section>
  );
}

/** Agents planned on post beside those who were there, and those whom the load needs. */
export function GapsSection({ day, team, change }: Where) {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const settings = useSettings();
  const [first] = useOwnQueues();
  const queue = params.get("queue") || (first ? `${first.pbx}/${first.queue}` : "");
  const interval = GRAINS.find((grain) => grain === params.get("interval")) ?? "30m";
  const weeks = WEEKS.find((count) => count === params.get("weeks")) ?? "0";
  const set = (name: string, value: string | null) =>
    value && setParams({ ...Object.fromEntries(params), queue, [name]: value }, { replace: true });
  const whose = team ? { team } : queueOf(queue);
  const result = useGaps({ ...whose, from: day, to: day, interval, weeks_back: weeks });
  const rows = busyPart(result.data ?? []);
  return (
    <>
      <search className={reports.bar}>
        <Stepper day={day} step={1} onChange={(next) => change({ day: next })} />
        <TeamSelect value={team} onChange={(next) => change({ team: next })} />
        {team === "" && <QueueSelect value={queue} any={null} onChange={(next) => set("queue", next)} />}
        <Select
          size="xs"
          w="9rem"
          aria-label={t("reports.interval")}
          data={GRAINS.map((value) => ({ value, label: t(`reports.intervals.${value}`) }))}
          value={interval}
          onChange={(next) => set("interval", next)}
          allowDeselect={false}
        />
        <Select
          size="xs"
          w="13rem"
          aria-label={t("shifts.loadOf")}
          data={WEEKS.map((value) => ({ value, label: t(`shifts.weeks.${value}`) }))}
          value={weeks}
          onChange={(next) => set("weeks", next)}
          allowDeselect={false}
        />
      </search>
      {team !== "" && <p className="muted">{t("shifts.teamGapsHint")}</p>}
      {team === "" && queue === "" && settings.data && (
        <Empty title={t("staffing.noQueue")} text={t("floor.noQueues")} />
      )}
      {(settings.isPending || ((team || queue) !== "" && result.isPending)) && <RowsSkeleton rows={10} />}
      {result.isError && <Failure error={result.error} onRetry={() => void result.refetch()} />}
      {result.data && rows.length === 0 && <Empty title={t("reports.none")} text={t("shifts.noGapsText")} />}
      {rows.length > 0 && (
        <Drawn
          rows={rows}
          report={team ? null : `/reports/staffing${query({ from: day, to: day, queue, interval })}`}
        />
      )}
    </>
  );
}
