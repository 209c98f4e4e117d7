import { SegmentedControl, Select } from "@mantine/core";
import { IconStarFilled } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "wouter";
import { addressOf } from "../api/client";
import { useFiguresNamed, useFormat, useMay } from "../api/queries";
import { useLists } from "../callbacks/lists";
import { NOTHING } from "../format";
import { useLabel, useLanguage } from "../i18n";
import { Failure } from "../parts/Failure";
import { Outcome } from "../parts/Outcome";
import table from "../parts/Table.module.css";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import classes from "./CallbacksPage.module.css";
import { CountedHead } from "./CountedHead";
import {
  BYS,
  type By,
  type CallbackReport,
  type CallbackSearch,
  callbackQuery,
  type Opened,
  targetsQuery,
  useCallbackReport,
  useCountedTargets,
} from "./callbacks";
import { ExportButtons } from "./ExportButtons";
import { FigureDrawer } from "./FigureDrawer";
import { LinesTable } from "./LinesTable";
import { RangePicker } from "./RangePicker";
import page from "./ReportsPage.module.css";
import { useToday } from "./useToday";
import { type Chosen, chosenDays, readRange, writeRange } from "./view";

const FUNNEL = ["callbacks_due", "callbacks_attempted", "callbacks_reached", "callbacks_completed"];
/** Nobody is due for an agent or at an hour before the call. */
const OF_LISTS = new Set(["callbacks_due", "callbacks_attempted_rate"]);

function Funnel({ report, onOpen }: { report: CallbackReport; onOpen: (figure: string) => void }) {
  const format = useFormat();
  const label = useLabel();
  const figures = useFiguresNamed(report.figures);
  const widest = Math.max(1, ...FUNNEL.map((id) => report.totals[id] ?? 0));
  return (
    <ol className={classes.funnel}>
      {FUNNEL.map((id) => {
        const figure = figures.find((one) => one.id === id);
        const value = report.totals[id] ?? 0;
        if (!figure) return null;
        return (
          <li key={id}>
            <button type="button" className={classes.step} onClick={() => onOpen(id)}>
              <span>{label(figure)}</span>
              <strong className="num">{format.number(value)}</strong>
            </button>
            <span className={classes.bar} style={{ width: `${(value / widest) * 100}%` }} aria-hidden />
          </li>
        );
      })}
    </ol>
  );
}

interface TableProps {
  report: CallbackReport;
  onOpen: (opened: Opened) => void;
}

function ReportLines({ report, onOpen }: TableProps) {
  const { t } = useTranslation();
  const figures = useFiguresNamed(report.figures).filter(({ id }) => report.by === "list" || !OF_LISTS.has(id));
  return (
    <LinesTable
      caption={t("reports.section.callbacks")}
      head={t(`callbackReport.by.${report.by}`)}
      figures={figures}
      lines={report.rows}
      totals={{ name: t("reports.everything"), figures: report.totals }}
      mark={({ id }) =>
        report.by === "hour" &&
        report.best_hours.includes(Number(id)) && (
          <span className={classes.best}>
            <IconStarFilled size={13} aria-hidden /> {t("callbackReport.best")}
          </span>
        )
      }
      opens={(figure, name, value) => t("callbackReport.opens", { figure, name, value })}
      onOpen={(figure, line) => onOpen({ figure: figure.id, line })}
    />
  );
}

function Targets({ search, opened }: { search: CallbackSearch; opened: Opened }) {
  const { t } = useTranslation();
  const format = useFormat();
  const found = useCountedTargets(search, opened);
  const language = useLanguage();
  if (found.isPending) return <RowsSkeleton rows={8} />;
  if (found.isError) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  const { targets, count } = found.data;
  const file = addressOf("GET /api/reports/callbacks/targets.xlsx", {
    query: { ...targetsQuery(search, opened), language },
  });
  return (
    <>
      <CountedHead shown={t("callbackReport.shown", { shown: targets.length, count })} file={file} />
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">{t("calls.number")}</th>
            <th scope="col">{t("callbacks.person")}</th>
            <th scope="col">{t("callbacks.list")}</th>
            <th scope="col">{t("target.lastOutcome")}</th>
            <th scope="col">{t("callbackReport.lastAt")}</th>
          </tr>
        </thead>
        <tbody>
          {targets.map((target) => (
            <tr key={target.id}>
              <td className="num">{target.number}</td>
              <td>{target.name}</td>
              <td>{target.list}</td>
              <td>{target.last_outcome ? <Outcome outcome={target.last_outcome} of="attempt" /> : NOTHING}</td>
              <td className="num">{target.last_at === null ? NOTHING : format.dateMinute(target.last_at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Counted({ search, opened, onClose }: { search: CallbackSearch; opened: Opened; onClose: () => void }) {
  const { t } = useTranslation();
  const [figure] = useFiguresNamed([opened.figure]);
  return (
    <FigureDrawer figure={figure} whose={opened.line?.name ?? t("reports.everything")} onClose={onClose}>
      <Targets search={search} opened={opened} />
    </FigureDrawer>
  );
}

function Found({ search }: { search: CallbackSearch }) {
  const { t } = useTranslation();
  const report = useCallbackReport(search);
  const [opened, open] = useState<Opened | null>(null);
  if (report.isPending) return <RowsSkeleton rows={8} />;
  if (report.isError) return <Failure error={report.error} onRetry={() => void report.refetch()} />;
  const isEmpty = report.data.rows.length === 0 && !report.data.totals.callbacks_due;
  if (isEmpty) return <Empty title={t("callbackReport.none")} text={t("callbackReport.noneText")} />;
  return (
    <div data-busy={report.isPlaceholderData || undefined} className={page.found}>
      <Funnel report={report.data} onOpen={(figure) => open({ figure, line: null })} />
      <ReportLines report={report.data} onOpen={open} />
      {opened && <Counted search={search} opened={opened} onClose={() => open(null)} />}
    </div>
  );
}

function ListSelect({ value, onChange }: { value: string; onChange: (list: string) => void }) {
  const { t } = useTranslation();
  const lists = useLists().data ?? [];
  return (
    <Select
      size="xs"
      aria-label={t("callbacks.list")}
      data={[
        { value: "", label: t("callbackReport.allLists") },
        ...lists.map(({ id, name }) => ({ value: String(id), label: name })),
      ]}
      value={value}
      onChange={(list) => onChange(list ?? "")}
      allowDeselect={false}
      searchable={lists.length > 8}
    />
  );
}

/** The callback report (回访总结报告). */
export default function CallbacksPage() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const seesLists = useMay("see_lists");
  const chosen = readRange(params);
  const by = BYS.find((one) => one === params.get("by")) ?? "list";
  const search: CallbackSearch = { days: chosenDays(chosen, useToday()), list: params.get("list") ?? "", by };
  const change = (fields: { chosen?: Chosen; list?: string; by?: By }) => {
    const next = { ...writeRange(fields.chosen ?? chosen), list: fields.list ?? search.list, by: fields.by ?? by };
    setParams(Object.entries(next).filter(([, value]) => value !== "") as [string, string][], { replace: true });
  };
  return (
    <>
      <search className={page.bar}>
        <RangePicker chosen={chosen} onChoose={(next) => change({ chosen: next })} />
        {seesLists && <ListSelect value={search.list} onChange={(list) => change({ list })} />}
        <SegmentedControl
          size="xs"
          aria-label={t("reports.countedBy")}
          value={by}
          onChange={(next) => change({ by: next as By })}
          data={BYS.map((value) => ({ value, label: t(`callbackReport.by.${value}`) }))}
        />
        <ExportButtons name="callbacks" asked={callbackQuery(search)} />
      </search>
      <div className="panel">
        <Found key={by} search={search} />
      </div>
      {seesLists && search.list && (
        <p className="muted">
          <Link href={`/callbacks/${search.list}`}>{t("callbackReport.openList")}</Link>
        </p>
      )}
    </>
  );
}
