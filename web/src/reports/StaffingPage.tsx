import { Select, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "wouter";
import { ask } from "../api/client";
import { useSettings } from "../api/queries";
import { duration, NOTHING } from "../format";
import { Failure } from "../parts/Failure";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import { Aim } from "./Aim";
import CountedDrawer from "./CountedDrawer";
import { colorOf, optionOf } from "./chart";
import { ExportButtons } from "./ExportButtons";
import { QueueSelect } from "./Filters";
import { useIntervalWord } from "./labels";
import { RangePicker } from "./RangePicker";
import page from "./ReportsPage.module.css";
import { countDays } from "./ranges";
import { queueOf } from "./report";
import classes from "./StaffingPage.module.css";
import { StaffingTable } from "./StaffingTable";
import type { Staffing, StaffingRow } from "./shapes";
import { type Aims, aimsQuery, GRAINS, MODELS, readAims, staffedPart, writeAims } from "./staffing";
import { useOpened } from "./useOpened";
import { useToday } from "./useToday";
import { chosenDays, EVERYTHING, readRange, writeRange } from "./view";

const Chart = lazy(() => import("./Chart"));
const HEIGHT = 260;

function AimsForm({ aims, change }: { aims: Aims; change: (fields: Partial<Aims>) => void }) {
  const { t } = useTranslation();
  return (
    <fieldset className={classes.aims}>
      <legend className="visually-hidden">{t("staffing.aims")}</legend>
      <Aim
        label={t("staffing.target")}
        value={aims.target}
        min={1}
        max={99}
        suffix=" %"
        onChange={(target) => change({ target: target ?? 80 })}
      />
      <Aim
        label={t("staffing.threshold")}
        value={aims.threshold}
        placeholder={t("staffing.ofQueue")}
        min={0}
        max={3600}
        suffix=" s"
        onChange={(threshold) => change({ threshold })}
      />
      <Aim
        label={t("staffing.occupancy")}
        value={aims.occupancy}
        min={10}
        max={100}
        suffix=" %"
        onChange={(occupancy) => change({ occupancy: occupancy ?? 90 })}
      />
      <Aim
        label={t("staffing.shrinkage")}
        value={aims.shrinkage}
        min={0}
        max={90}
        suffix=" %"
        onChange={(shrinkage) => change({ shrinkage: shrinkage ?? 0 })}
      />
      <Select
        size="xs"
        className={classes.aim}
        label={t("staffing.model")}
        data={MODELS.map((value) => ({ value, label: t(`staffing.models.${value}`) }))}
        value={aims.model}
        onChange={(model) => model && change({ model: model as Aims["model"] })}
        allowDeselect={false}
      />
      <Select
        size="xs"
        className={classes.aim}
        label={t("reports.interval")}
        data={GRAINS.map((value) => ({ value, label: t(`reports.intervals.${value}`) }))}
        value={aims.interval}
        onChange={(interval) => interval && change({ interval: interval as Aims["interval"] })}
        allowDeselect={false}
      />
    </fieldset>
  );
}

function Totals({ staffing }: { staffing: Staffing }) {
  const { t } = useTranslation();
  const { totals } = staffing;
  const hours = (value: number) => `${value.toFixed(1)} h`;
  const shown = [
    [t("staffing.hoursNeeded"), hours(totals.seat_hours_needed)],
    ...(staffing.shrinkage > 0 ? [[t("staffing.hoursScheduled"), hours(totals.seat_hours_scheduled)]] : []),
    [t("staffing.hoursThere"), hours(totals.seat_hours_there)],
    [t("staffing.short"), String(totals.intervals_short)],
    [t("staffing.patience"), staffing.patience_seconds === null ? NOTHING : duration(staffing.patience_seconds)],
  ];
  return (
    <dl className={page.totals}>
      {shown.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd className="num">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Found({ staffing, isOneDay }: { staffing: Staffing; isOneDay: boolean }) {
  const { t } = useTranslation();
  const [opened, open] = useOpened();
  const intervalWord = useIntervalWord("30m", isOneDay);
  const rows = staffedPart(staffing.rows);
  if (rows.length === 0) return <Empty title={t("reports.none")} text={t("staffing.noneText")} />;
  const word = (row: StaffingRow) => intervalWord({ index: 0, start: row.start, end: row.end });
  const seats = (value: number) => value.toFixed(Number.isInteger(value) ? 0 : 1);
  const option = optionOf({
    labels: rows.map(word),
    write: seats,
    series: [
      {
        id: "there",
        name: t("staffing.column.there"),
        kind: "bar",
        values: rows.map((row) => row.seats_there),
        color: colorOf(6),
      },
      {
        id: "needed",
        name: t("staffing.column.needed"),
        kind: "line",
        values: rows.map((row) => row.seats_needed),
        color: colorOf(1),
        isStepped: true,
      },
    ],
  });
  const summary = t("staffing.summary", { short: staffing.totals.intervals_short, all: rows.length });
  return (
    <>
      <section className="panel" aria-labelledby="staffing-title">
        <div className={page.head}>
          <h2 id="staffing-title">{t("staffing.title")}</h2>
          <Totals staffing={staffing} />
        </div>
        <div className={classes.drawn}>
          <Suspense fallback={<Skeleton h={HEIGHT} />}>
            <Chart option={option} label={summary} height={HEIGHT} />
          </Suspense>
        </div>
      </section>
      <div className="panel">
        <StaffingTable
          rows={rows}
          word={word}
          onOpen={(row, figure) =>
            open({
              ...EVERYTHING,
              figure,
              part: "numerator",
              from: String(row.start),
              to: String(row.end),
              queue: `${staffing.pbx}/${staffing.queue}`,
            })
          }
        />
      </div>
      <CountedDrawer opened={opened} onOpen={open} />
    </>
  );
}

/** How many seats each interval needed for an aim, beside those that were there. */
export default function StaffingPage() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const today = useToday();
  const chosen = readRange(params);
  const days = chosenDays(chosen, today);
  const aims = readAims(params);
  const settings = useSettings();
  const first = settings.data?.queues[0];
  const queue = params.get("queue") || (first ? `${first.pbx}/${first.queue}` : "");
  const asked = { ...queueOf(queue), ...days, ...aimsQuery(aims) };
  const result = useQuery({
    queryKey: ["staffing", asked],
    queryFn: () => ask("GET /api/reports/staffing", { query: asked }),
    enabled: queue !== "",
    placeholderData: (before) => before,
  });
  const change = (fields: Record<string, string>) =>
    setParams({ ...writeRange(chosen), queue, ...writeAims(aims), ...fields }, { replace: true });
  return (
    <>
      <search className={page.bar}>
        <RangePicker
          chosen={chosen}
          onChoose={(next) => setParams({ ...writeRange(next), queue, ...writeAims(aims) }, { replace: true })}
        />
        <QueueSelect value={queue} any={null} onChange={(next) => change({ queue: next })} />
        <ExportButtons name="staffing" asked={asked} />
      </search>
      <AimsForm
        key={JSON.stringify(aims)}
        aims={aims}
        change={(fields) =>
          setParams({ ...writeRange(chosen), queue, ...writeAims({ ...aims, ...fields }) }, { replace: true })
        }
      />
      {queue === "" && settings.data && <Empty title={t("staffing.noQueue")} text={t("floor.noQueues")} />}
      {(settings.isPending || (queue !== "" && result.isPending)) && <RowsSkeleton rows={10} />}
      {result.isError && <Failure error={result.error} onRetry={() => void result.refetch()} />}
      {result.data && <Found staffing={result.data} isOneDay={countDays(days) === 1} />}
    </>
  );
}
