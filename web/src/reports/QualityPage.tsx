import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { addressOf } from "../api/client";
import { useFiguresNamed, useFormat } from "../api/queries";
import { callPath } from "../calls/path";
import { NOTHING } from "../format";
import { useLanguage } from "../i18n";
import { Failure } from "../parts/Failure";
import table from "../parts/Table.module.css";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import { rounded } from "../quality/ReviewItem";
import { CountedHead } from "./CountedHead";
import { FigureDrawer } from "./FigureDrawer";
import { LinesTable } from "./LinesTable";
import {
  BYS,
  type CountedReview,
  type Opened,
  type QualityReport,
  type QualitySearch,
  qualityQuery,
  reviewsQuery,
  useCountedReviews,
  useLostPoints,
  useQualityReport,
} from "./qualityReport";
import page from "./ReportsPage.module.css";
import { TeamBar } from "./TeamBar";
import { Trend } from "./Trend";
import { useTeamSearch } from "./teamSearch";

const DRAWN = ["qa_average_score", "qa_pass_rate", "reviews_done", "appeals"] as const;

/** Of a name in two languages that of the page. */
function useName(): (of: { en: string; zh: string }) => string {
  const language = useLanguage();
  return ({ en, zh }) => (language === "zh" ? zh : en);
}

interface PartProps {
  search: QualitySearch;
  onOpen: (opened: Opened) => void;
}

function Lines({ report, onOpen }: { report: QualityReport; onOpen: PartProps["onOpen"] }) {
  const { t } = useTranslation();
  const name = useName();
  const figures = useFiguresNamed(report.figures);
  const all = t("reports.everything");
  const rows = report.rows.map((row) => ({
    id: row.id,
    name: name({ en: row.name_en, zh: row.name_zh }) || t("qualityReport.noName"),
    figures: row.figures,
  }));
  return (
    <LinesTable
      caption={t("reports.section.quality")}
      head={t(`qualityReport.by.${report.by}`)}
      figures={figures}
      lines={rows}
      totals={{ name: all, figures: report.totals }}
      opens={(figure, whose, value) => t("qualityReport.opens", { figure, name: whose, value })}
      onOpen={(figure, line) =>
        onOpen({ figure: figure.id, name: line?.name ?? all, where: line ? { [report.by]: line.id } : {} })
      }
    />
  );
}

function LostPoints({ search, onOpen }: PartProps) {
  const { t } = useTranslation();
  const name = useName();
  const lost = useLostPoints(search);
  const figures = useFiguresNamed(lost.data?.figures ?? []);
  if (lost.isPending) return <RowsSkeleton rows={4} />;
  if (lost.isError) return <Failure error={lost.error} onRetry={() => void lost.refetch()} />;
  const lines = lost.data.items.map((item) => ({
    id: `${item.form}/${item.item}`,
    name: name({ en: item.label_en, zh: item.label_zh }),
    form: name({ en: item.form_name_en, zh: item.form_name_zh }),
    where: { form: String(item.form), item: item.item },
    figures: item.figures,
  }));
  if (lines.length === 0) return <Empty title={t("qualityReport.noneLost")} text={t("qualityReport.noneLostText")} />;
  return (
    <LinesTable
      caption={t("qualityReport.lostPoints")}
      head={t("qualityReport.item")}
      figures={figures}
      lines={lines}
      mark={({ form }) => <small className="muted"> {form}</small>}
      opens={(figure, whose, value) => t("qualityReport.opens", { figure, name: whose, value })}
      onOpen={(figure, line) => line && onOpen({ figure: figure.id, name: line.name, where: line.where })}
    />
  );
}

/** A planned conversation is told by its call; a review by itself. */
function ReviewLine({ row, isPlanned }: { row: CountedReview; isPlanned: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const to = isPlanned ? callPath(row.pbx, row.call_id) : `/quality/reviews/${row.id}`;
  const hasFailed = row.score !== null && row.pass_score !== null && row.score < row.pass_score;
  return (
    <tr>
      <td>
        <Link href={to}>{format.dateMinute(row.at)}</Link>
      </td>
      <td>{row.agent_name || row.agent}</td>
      <td>{row.team || NOTHING}</td>
      <td className="num">
        {row.score === null ? NOTHING : rounded(row.score)} {hasFailed && <small>{t("review.notPassed")}</small>}
      </td>
      <td>{row.reviewer || NOTHING}</td>
    </tr>
  );
}

function Reviews({ search, opened, isPlanned }: { search: QualitySearch; opened: Opened; isPlanned: boolean }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const found = useCountedReviews(search, opened);
  if (found.isPending) return <RowsSkeleton rows={8} />;
  if (found.isError) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  const { reviews, count } = found.data;
  const file = addressOf("GET /api/reports/quality/reviews.xlsx", {
    query: { ...reviewsQuery(search, opened), language },
  });
  return (
    <>
      <CountedHead shown={t("qualityReport.shown", { shown: reviews.length, count })} file={file} />
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">{t("qualityReport.at")}</th>
            <th scope="col">{t("review.column.agent")}</th>
            <th scope="col">{t("floor.team")}</th>
            <th scope="col">{t("review.column.score")}</th>
            <th scope="col">{t("review.column.reviewer")}</th>
          </tr>
        </thead>
        <tbody>
          {reviews.map((row) => (
            <ReviewLine
              key={`${row.id} ${row.pbx} ${row.call_id} ${row.agent} ${row.at}`}
              row={row}
              isPlanned={isPlanned}
            />
          ))}
        </tbody>
      </table>
    </>
  );
}

function Counted({ search, opened, onClose }: { search: QualitySearch; opened: Opened; onClose: () => void }) {
  const [figure] = useFiguresNamed([opened.figure]);
  return (
    <FigureDrawer figure={figure} whose={opened.name} onClose={onClose}>
      <Reviews search={search} opened={opened} isPlanned={figure?.opens === "assignments"} />
    </FigureDrawer>
  );
}

function Found({ search }: { search: QualitySearch }) {
  const { t } = useTranslation();
  const report = useQualityReport(search);
  const [opened, open] = useState<Opened | null>(null);
  if (report.isPending) return <RowsSkeleton rows={8} />;
  if (report.isError) return <Failure error={report.error} onRetry={() => void report.refetch()} />;
  if (report.data.rows.length === 0 && !report.data.totals.reviews_planned) {
    return (
      <div className="panel">
        <Empty title={t("qualityReport.none")} text={t("qualityReport.noneText")} />
      </div>
    );
  }
  return (
    <div data-busy={report.isPlaceholderData || undefined} className={`${page.found} ${page.page}`}>
      <Trend interval={report.data.interval} intervals={report.data.intervals} drawn={DRAWN} onOpen={open} />
      <div className="panel">
        <Lines report={report.data} onOpen={open} />
      </div>
      <div className="panel">
        <div className={page.head}>
          <h2>{t("qualityReport.lostPoints")}</h2>
        </div>
        <LostPoints search={search} onOpen={open} />
      </div>
      {opened && <Counted search={search} opened={opened} onClose={() => open(null)} />}
    </div>
  );
}

/** What reviews say of agents, teams, reviewers and forms, and where points are lost (质检报表). */
export default function QualityPage() {
  const { t } = useTranslation();
  const asked = useTeamSearch(BYS, "agent");
  const { search } = asked;
  return (
    <>
      <TeamBar
        {...asked}
        subject="quality"
        bys={BYS.map((value) => ({ value, label: t(`qualityReport.by.${value}`) }))}
        interval="none"
        asked={qualityQuery(search)}
      />
      <Found key={search.by} search={search} />
    </>
  );
}
