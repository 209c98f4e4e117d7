import { Button, Select, Switch } from "@mantine/core";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "wouter";
import { useFigures, useFormat, useSettings } from "../api/queries";
import type { Figure } from "../api/shapes";
import { useLabel } from "../i18n";
import { Failure } from "../parts/Failure";
import { Empty, PageSkeleton, RowsSkeleton } from "../parts/Waiting";
import { ChartPanel } from "./ChartPanel";
import { ColumnChooser } from "./ColumnChooser";
import CountedDrawer from "./CountedDrawer";
import { chosenFigures, figuresFor, keepColumns, keptColumns, REASONS } from "./columns";
import { Distribution } from "./Distribution";
import { ExportButtons } from "./ExportButtons";
import { AgentSelect, QueueSelect, TeamSelect } from "./Filters";
import { HeatMap } from "./HeatMap";
import { useIntervalWord } from "./labels";
import { bestFirst, byTeam, type Line, linesOf, REASON, readSort, totalsOf } from "./lines";
import { RangePicker } from "./RangePicker";
import classes from "./ReportPage.module.css";
import page from "./ReportsPage.module.css";
import { type ExtraColumn, ReportTable } from "./ReportTable";
import { countDays, type Days, type Interval, intervalsFor } from "./ranges";
import { type Report, type ReportSearch, reportQuery, useReport } from "./report";
import { SaveReport } from "./SaveReport";
import { useOpened } from "./useOpened";
import { useToday } from "./useToday";
import { chosenDays, type Filters, readView, type Subject, type View, writeView } from "./view";

type Change = (fields: Partial<View>) => void;

function useView(): [View, Change] {
  const [params, setParams] = useSearchParams();
  const view = useMemo(() => readView(params), [params]);
  const change: Change = (fields) => setParams((now) => writeView({ ...readView(now), ...fields }), { replace: true });
  return [view, change];
}

function filtersOf(view: View, subject: Subject): Filters {
  const { queue, agent, team } = view;
  return subject === "queues" ? { queue, agent: "", team: "" } : { queue, agent, team };
}

interface BarProps {
  subject: Subject;
  view: View;
  days: Days;
  change: Change;
}

function Bar({ subject, view, days, change }: BarProps) {
  const { t } = useTranslation();
  const intervals = intervalsFor(days);
  return (
    <search className={page.bar}>
      <RangePicker chosen={view} onChoose={change} />
      <QueueSelect value={view.queue} onChange={(queue) => change({ queue })} />
      {subject !== "queues" && <TeamSelect value={view.team} onChange={(team) => change({ team })} />}
      {subject === "agents" && (
        <AgentSelect
          days={days}
          value={view.agent}
          label={t("reports.anyAgent")}
          onChange={(agent) => change({ agent })}
        />
      )}
      <Select
        size="xs"
        className={classes.interval}
        aria-label={t("reports.interval")}
        data={intervals.map((interval) => ({ value: interval, label: t(`reports.intervals.${interval}`) }))}
        value={intervals.includes(view.interval) ? view.interval : "none"}
        onChange={(interval) => interval && change({ interval: interval as Interval })}
        allowDeselect={false}
        maxDropdownHeight={360}
      />
      <Switch
        size="xs"
        label={t("reports.compare")}
        checked={view.compare}
        onChange={(event) => change({ compare: event.currentTarget.checked })}
      />
    </search>
  );
}

/** Paused time by reason, as columns behind the figures of seats. */
function useExtras(report: Report | undefined): ExtraColumn[] {
  const { t } = useTranslation();
  const label = useLabel();
  const reasons = useSettings().data?.pause_reasons ?? [];
  const codes = new Set((report?.rows ?? []).flatMap((row) => Object.keys(row.reasons ?? {})));
  return [...codes].sort().map((code) => {
    const known = reasons.find((reason) => reason.code === code);
    return { id: REASON + code, label: t("reports.pausedFor", { reason: (known && label(known)) || code || "—" }) };
  });
}

/** Asked for whether or not it is a column: what is not certain must be said. */
const UNCERTAIN = "uncertain";

/** What is not certain, the span that is compared with, and whether the span still grows. */
function Notes({ report }: { report: Report }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { previous } = report;
  const [from, to] = previous ? [format.day(previous.from), format.day(previous.to - 1)] : ["", ""];
  const notes = [
    (report.totals.uncertain ?? 0) > 0 && t("reports.uncertainNote", { count: report.totals.uncertain ?? 0 }),
    previous &&
      t("reports.comparedWith", { days: from === to ? from : t("callbacks.fromTo", { first: from, last: to }) }),
    report.is_running && t("reports.running"),
  ].filter(Boolean);
  return notes.length > 0 && <p className={`muted ${classes.notes}`}>{notes.join(" ")}</p>;
}

interface FoundProps {
  report: Report;
  search: ReportSearch;
  figures: Figure[];
  view: View;
  isByTeam: boolean;
  change: Change;
}

function useTeamLines(search: ReportSearch, isByTeam: boolean): Line[] | null {
  const teams = useReport({ ...search, subject: "teams" }, isByTeam);
  if (!isByTeam || !teams.data) return null;
  return linesOf(teams.data, { ...search.filters, team: "" });
}

function Found({ report, search, figures, view, isByTeam, change }: FoundProps) {
  const { t } = useTranslation();
  const [, open] = useOpened();
  const extras = useExtras(report);
  const word = useIntervalWord(report.interval, countDays(search.days) === 1);
  const teams = useTeamLines(search, isByTeam);
  const { subject, filters } = search;
  if (report.rows.length === 0) {
    const isNarrow = Object.values(filters).some(Boolean);
    return (
      <Empty title={t("reports.none")} text={isNarrow ? t("reports.noneNarrowText") : t("reports.noneText")}>
        <div className={classes.ways}>
          {isNarrow && (
            <Button size="xs" variant="default" onClick={() => change({ queue: "", agent: "", team: "" })}>
              {t("calls.clear")}
            </Button>
          )}
          <Button size="xs" variant="default" onClick={() => change({ range: "last_30_days", days: null })}>
            {t("reports.range.last_30_days")}
          </Button>
        </div>
      </Empty>
    );
  }
  const own = linesOf(report, filters);
  const isRanked = subject !== "queues" && report.interval === "none";
  const judged = isRanked ? figures.filter((figure) => figure.direction !== "none") : [];
  const sort = readSort(view.sort, judged[0] ? bestFirst(judged[0]) : "name");
  const rankedBy = judged.find((figure) => figure.id === sort.id) ?? judged[0] ?? null;
  return (
    <ReportTable
      subject={subject}
      figures={figures}
      extras={extras}
      lines={teams ? byTeam(own, teams) : own}
      totals={totalsOf(report, filters)}
      sort={sort}
      onSort={(next) => change({ sort: next })}
      intervalWord={word}
      rankedBy={rankedBy}
      onOpen={open}
      caption={t(`reports.subject.${subject}`)}
    />
  );
}

interface TablePanelProps {
  subject: Subject;
  view: View;
  search: ReportSearch;
  catalogue: Figure[];
  shown: Figure[];
  change: Change;
}

function TablePanel({ subject, view, search, catalogue, shown, change }: TablePanelProps) {
  const { t } = useTranslation();
  const [isByTeam, setByTeam] = useState(false);
  const [isSaving, setSaving] = useState(false);
  const result = useReport(search);
  const ids = shown.map(({ id }) => id);
  const choose = (columns: string[]) => {
    keepColumns(subject, columns);
    change({ columns });
  };
  const mayGroup = subject === "agents" && search.interval === "none";
  return (
    <section className={`panel ${classes.table}`} aria-label={t(`reports.subject.${subject}`)}>
      <div className={page.head}>
        <h2>{t(`reports.subject.${subject}`)}</h2>
        {mayGroup && (
          <Switch
            size="xs"
            label={t("reports.byTeam")}
            checked={isByTeam}
            onChange={(event) => setByTeam(event.currentTarget.checked)}
          />
        )}
        <div className={classes.tools}>
          <ColumnChooser
            figures={figuresFor(catalogue, subject)}
            ids={[...ids, ...(search.reasons ? [REASONS] : [])]}
            hasReasons={subject !== "queues"}
            onChoose={choose}
          />
          <Button size="xs" variant="default" onClick={() => setSaving(true)}>
            {t("saved.save")}
          </Button>
          <ExportButtons name={subject} asked={reportQuery({ ...search, figures: ids })} />
        </div>
      </div>
      {result.data && <Notes report={result.data} />}
      {result.isPending && <RowsSkeleton rows={8} />}
      {result.isError && <Failure error={result.error} onRetry={() => void result.refetch()} />}
      {result.data && (
        <div aria-busy={result.isFetching} data-busy={result.isPlaceholderData || undefined} className={page.found}>
          <Found
            report={result.data}
            search={search}
            figures={shown.filter(({ id }) => result.data.figures.includes(id))}
            view={view}
            isByTeam={isByTeam && mayGroup}
            change={change}
          />
        </div>
      )}
      {isSaving && <SaveReport search={{ ...search, figures: ids }} view={view} onClose={() => setSaving(false)} />}
    </section>
  );
}

/** The figures of queues, agents or teams over any span. */
export default function ReportPage({ subject }: { subject: Subject }) {
  const catalogue = useFigures();
  const [view, change] = useView();
  const [opened, open] = useOpened();
  const days = chosenDays(view, useToday());
  if (catalogue.isPending) return <PageSkeleton />;
  if (catalogue.isError) return <Failure error={catalogue.error} onRetry={() => void catalogue.refetch()} />;
  const figures = figuresFor(catalogue.data, subject);
  const shown = chosenFigures(catalogue.data, subject, view.columns, keptColumns(subject));
  const hasReasons = (view.columns.length > 0 ? view.columns : keptColumns(subject)).includes(REASONS);
  const interval = intervalsFor(days).includes(view.interval) ? view.interval : "none";
  const filters = filtersOf(view, subject);
  const search: ReportSearch = {
    subject,
    days,
    interval,
    filters,
    figures: [...shown, ...figures.filter(({ id }) => id === UNCERTAIN)].map(({ id }) => id),
    compare: view.compare,
    reasons: hasReasons,
  };
  return (
    <>
      <Bar subject={subject} view={view} days={days} change={change} />
      <TablePanel
        subject={subject}
        view={view}
        search={search}
        catalogue={catalogue.data}
        shown={shown}
        change={change}
      />
      <ChartPanel
        subject={subject}
        days={days}
        interval={interval}
        filters={filters}
        compare={view.compare}
        figures={figures}
        chart={view.chart}
        onChart={(chart) => change({ chart })}
        onOpen={open}
      />
      {subject === "queues" && (
        <div className={classes.two}>
          <HeatMap days={days} queue={view.queue} figures={figures} scope={days} onOpen={open} />
          <Distribution days={days} filters={filters} figures={figures} onOpen={open} />
        </div>
      )}
      <CountedDrawer opened={opened} onOpen={open} />
    </>
  );
}
