import { Button, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "wouter";
import { useFiguresNamed, useFormat, useMay } from "../api/queries";
import { NOTHING } from "../format";
import { useLanguage } from "../i18n";
import { Failure } from "../parts/Failure";
import table from "../parts/Table.module.css";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import { useAgents, useTypes } from "../tickets/words";
import { CountedHead } from "./CountedHead";
import { ExportButtons } from "./ExportButtons";
import { FigureDrawer } from "./FigureDrawer";
import { TeamSelect } from "./Filters";
import { LinesTable } from "./LinesTable";
import { RangePicker } from "./RangePicker";
import page from "./ReportsPage.module.css";
import { SaveReport } from "./SaveReport";
import { Trend } from "./Trend";
import {
  BYS,
  type By,
  type CountedTicket,
  countedAddress,
  type Opened,
  type TicketReport,
  type TicketSearch,
  ticketQuery,
  trendOf,
  useCountedTickets,
  useTicketReport,
} from "./ticketReport";
import { useToday } from "./useToday";
import { type Chosen, chosenDays, readRange, writeRange } from "./view";

const DRAWN = [
  "tickets_open",
  "tickets_opened",
  "tickets_closed",
  "complaints_opened",
  "tickets_in_time_rate",
] as const;

interface LinesProps {
  report: TicketReport;
  onOpen: ((opened: Opened) => void) | undefined;
}

function Lines({ report, onOpen }: LinesProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const figures = useFiguresNamed(report.figures);
  const all = t("reports.everything");
  const lines = report.rows.map(({ id, name_en, name_zh, figures: values }) => ({
    id,
    name: (language === "zh" ? name_zh : name_en) || t("ticketReport.nobody"),
    figures: values,
  }));
  return (
    <LinesTable
      caption={t("reports.section.tickets")}
      head={t(`ticketReport.by.${report.by}`)}
      figures={figures}
      lines={lines}
      totals={{ name: all, figures: report.totals }}
      opens={(figure, name, value) => t("ticketReport.opens", { figure, name, value })}
      onOpen={
        onOpen &&
        ((figure, line) =>
          onOpen({ figure: figure.id, name: line?.name ?? all, where: line ? { [report.by]: line.id } : {} }))
      }
    />
  );
}

function TicketLine({ ticket }: { ticket: CountedTicket }) {
  const format = useFormat();
  const types = useTypes();
  const agents = useAgents();
  const at = (time: number | null) => (time === null ? NOTHING : format.dateMinute(time));
  return (
    <tr>
      <td className="num">
        <Link href={`/tickets/${ticket.id}`}>{ticket.ticket}</Link>
      </td>
      <td>
        {ticket.subject} <small className="muted">{types.word(ticket.type)}</small>
      </td>
      <td>{[agents.word(ticket.owner), ticket.team].filter(Boolean).join(" · ") || NOTHING}</td>
      <td className="num">{at(ticket.created_at)}</td>
      <td className="num">{at(ticket.due_at)}</td>
      <td className="num">{at(ticket.closed_at)}</td>
    </tr>
  );
}

function Tickets({ search, opened }: { search: TicketSearch; opened: Opened }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const found = useCountedTickets(search, opened);
  if (found.isPending) return <RowsSkeleton rows={8} />;
  if (found.isError) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  const { tickets, count } = found.data;
  const file = `${countedAddress(search, opened, ".xlsx")}&language=${language}`;
  const columns = [
    t("ticketReport.ticket"),
    t("tickets.field.subject"),
    t("tickets.field.owner"),
    t("ticketReport.opened"),
    t("ticketReport.due"),
    t("ticketReport.closed"),
  ];
  return (
    <>
      <CountedHead shown={t("ticketReport.shown", { shown: tickets.length, count })} file={file} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
      <section className={page.scroll} aria-label={t("ticketReport.counted")} tabIndex={0}>
        <table className={table.table}>
          <thead>
            <tr>
              {columns.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {tickets.map((ticket) => (
              <TicketLine key={ticket.id} ticket={ticket} />
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

function Counted({ search, opened, onClose }: { search: TicketSearch; opened: Opened; onClose: () => void }) {
  const [figure] = useFiguresNamed([opened.figure]);
  return (
    <FigureDrawer figure={figure} whose={opened.name} onClose={onClose}>
      <Tickets search={search} opened={opened} />
    </FigureDrawer>
  );
}

function Found({ search }: { search: TicketSearch }) {
  const { t } = useTranslation();
  const report = useTicketReport(search);
  const worksOnTickets = useMay("work_tickets");
  const [opened, open] = useState<Opened | null>(null);
  if (report.isPending) return <RowsSkeleton rows={8} />;
  if (report.isError) return <Failure error={report.error} onRetry={() => void report.refetch()} />;
  if (report.data.rows.length === 0) {
    return (
      <div className="panel">
        <Empty title={t("ticketReport.none")} text={t("ticketReport.noneText")} />
      </div>
    );
  }
  const onOpen = worksOnTickets ? open : undefined;
  return (
    <div data-busy={report.isPlaceholderData || undefined} className={`${page.found} ${page.page}`}>
      <Trend interval={report.data.interval} intervals={report.data.intervals} drawn={DRAWN} onOpen={onOpen} />
      <div className="panel">
        <Lines report={report.data} onOpen={onOpen} />
      </div>
      {opened && <Counted search={search} opened={opened} onClose={() => open(null)} />}
    </div>
  );
}

/** How many tickets and complaints came, were closed in time, and stay to be done (工单与投诉报表). */
export default function TicketsPage() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const chosen = readRange(params, "last_30_days");
  const by = BYS.find((one) => one === params.get("by")) ?? "team";
  const [isSaving, setSaving] = useState(false);
  const search: TicketSearch = { days: chosenDays(chosen, useToday()), team: params.get("team") ?? "", by };
  const change = (fields: { chosen?: Chosen; team?: string; by?: By }) => {
    const next = { ...writeRange(fields.chosen ?? chosen), team: fields.team ?? search.team, by: fields.by ?? by };
    setParams(Object.entries(next).filter(([, value]) => value !== "") as [string, string][], { replace: true });
  };
  const filters = { queue: "", agent: "", team: search.team };
  return (
    <>
      <search className={page.bar}>
        <RangePicker chosen={chosen} onChoose={(next) => change({ chosen: next })} />
        <TeamSelect value={search.team} onChange={(team) => change({ team })} />
        <SegmentedControl
          size="xs"
          aria-label={t("reports.countedBy")}
          value={by}
          onChange={(next) => change({ by: next as By })}
          data={BYS.map((value) => ({ value, label: t(`ticketReport.by.${value}`) }))}
        />
        <Button size="xs" variant="default" onClick={() => setSaving(true)}>
          {t("saved.save")}
        </Button>
        <ExportButtons name="tickets" asked={ticketQuery(search)} />
      </search>
      {isSaving && (
        <SaveReport
          search={{ subject: "tickets", interval: trendOf(search.days), filters, figures: [] }}
          view={chosen}
          onClose={() => setSaving(false)}
        />
      )}
      <Found key={by} search={search} />
    </>
  );
}
