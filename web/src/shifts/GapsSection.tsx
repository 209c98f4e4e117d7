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
import { Aim } from "../reports/Aim";
import { colorOf, optionOf } from "../reports/chart";
import { QueueSelect, TeamSelect } from "../reports/Filters";
import { useDayWord } from "../reports/labels";
import reports from "../reports/ReportsPage.module.css";
import report from "../reports/ReportTable.module.css";
import { addDays, type Day } from "../reports/ranges";
import { queueOf } from "../reports/report";
import staffing from "../reports/StaffingPage.module.css";
import { readAims } from "../reports/staffing";
import { useToday } from "../reports/useToday";
import { busyPart, shortOf, usualWeeks, WEEKS } from "./gaps";
import classes from "./Shifts.module.css";
import { Stepper } from "./Stepper";
import { type Gap, useGaps } from "./shifts";
import type { Where } from "./where";

const Chart = lazy(() => import("../reports/Chart"));
const HEIGHT = 260;
const GRAINS = ["15m", "30m"] as const;

const seats = (value: number) => value.toFixed(Number.isInteger(value) ? 0 : 1);
const seatsOf = (value: number | null) => (value === null ? NOTHING : seats(value));

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

const COLUMNS = [
  "offered",
  "needed",
  "scheduled",
  "planned",
  "there",
  "plannedAgainstNeed",
  "thereAgainstPlan",
] as const;

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
                <strong>{seatsOf(row.seats_needed)}</strong>
              </td>
              <td className="num">{seatsOf(row.seats_scheduled)}</td>
              <td className="num">{seats(row.planned)}</td>
              <td className="num">{seatsOf(row.there)}</td>
              <Difference value={row.planned_against_need} />
              <Difference value={row.there_against_plan} />
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface DrawnProps {
  rows: readonly Gap[];
  /** The day whose load the need is of. */
  loadDay: Day;
  report: string | null;
}

function Drawn({ rows, loadDay, report }: DrawnProps) {
  const seesReports = useMay("see_reports");
  const { t } = useTranslation();
  const format = useFormat();
  const dayWord = useDayWord();
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
  const { short, known } = shortOf(rows);
  const day = dayWord(loadDay);
  const summary = known > 0 ? t("shifts.gapsShort", { short, all: known, day }) : t("shifts.gapsUnknown", { day });
  return (
    <section className="panel" aria-labelledby="gaps-title">
      <div className={classes.head}>
        <h2 id="gaps-title">{t("shifts.gapsTitle")}</h2>
        <span className="muted">
          {summary}
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
          <Chart option={option} label={summary} height={HEIGHT} />
        </Suspense>
      </div>
      {known < rows.length && <p className={`muted ${classes.told}`}>{t("shifts.needToCome", { day })}</p>}
      <GapTable rows={rows} />
    </section>
  );
}

/** Agents planned on post beside those who were there, and those whom the load needs. */
export function GapsSection({ day, team, change }: Where) {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const today = useToday();
  const settings = useSettings();
  const [first] = useOwnQueues();
  const queue = params.get("queue") || (first ? `${first.pbx}/${first.queue}` : "");
  const interval = GRAINS.find((grain) => grain === params.get("interval")) ?? "30m";
  const weeks = WEEKS.find((count) => count === params.get("weeks")) ?? usualWeeks(day, today);
  const { shrinkage } = readAims(params);
  const set = (name: string, value: string | null) =>
    value && setParams({ ...Object.fromEntries(params), queue, [name]: value }, { replace: true });
  const whose = team ? { team } : queueOf(queue);
  const result = useGaps({
    ...whose,
    from: day,
    to: day,
    interval,
    weeks_back: weeks,
    shrinkage: String(shrinkage / 100),
  });
  const rows = busyPart(result.data ?? []);
  const isKnown = (result.data ?? []).some((row) => row.seats_needed !== null);
  const loadDay = addDays(day, -7 * Number(weeks));
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
        <Aim
          key={shrinkage}
          label={t("staffing.shrinkage")}
          value={shrinkage}
          min={0}
          max={90}
          suffix=" %"
          onChange={(next) => set("shrinkage", String(next ?? 0))}
        />
      </search>
      {team !== "" && <p className="muted">{t("shifts.teamGapsHint")}</p>}
      {team === "" && queue === "" && settings.data && (
        <Empty title={t("staffing.noQueue")} text={t("floor.noQueues")} />
      )}
      {(settings.isPending || ((team || queue) !== "" && result.isPending)) && <RowsSkeleton rows={10} />}
      {result.isError && <Failure error={result.error} onRetry={() => void result.refetch()} />}
      {result.data && rows.length === 0 && (
        <Empty title={t("reports.none")} text={t(isKnown ? "shifts.noGapsText" : "shifts.noNeedText")} />
      )}
      {rows.length > 0 && (
        <Drawn
          rows={rows}
          loadDay={loadDay}
          report={team ? null : `/reports/staffing${query({ from: day, to: day, queue, interval })}`}
        />
      )}
    </>
  );
}
