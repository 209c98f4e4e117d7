import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { addressOf } from "../api/client";
import { useFiguresNamed, useFormat, useMay } from "../api/queries";
import { NOTHING } from "../format";
import { useLanguage } from "../i18n";
import { Failure } from "../parts/Failure";
import table from "../parts/Table.module.css";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import { useAgents, useTypes } from "../tickets/words";
import { CountedHead } from "./CountedHead";
import { FigureDrawer } from "./FigureDrawer";
import { LinesTable } from "./LinesTable";
import page from "./ReportsPage.module.css";
import { TeamBar } from "./TeamBar";
import { Trend } from "./Trend";
import { useTeamSearch } from "./teamSearch";
import {
  BYS,
  type CountedTicket,
  countedQuery,
  intervalOf,
  type Opened,
  type TicketReport,
  type TicketSearch,
  ticketQuery,
  useCountedTickets,
  useTicketReport,
} from "./ticketReport";

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
  const file = addressOf("GET /api/reports/tickets/counted.xlsx", {
    query: { ...countedQuery(search, opened), language },
  });
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
  const asked = useTeamSearch(BYS, "team");
  const { search } = asked;
  return (
    <>
      <TeamBar
        {...asked}
        subject="tickets"
        bys={BYS.map((value) => ({ value, label: t(`ticketReport.by.${value}`) }))}
        interval={intervalOf(search.days)}
        asked={ticketQuery(search)}
      />
      <Found key={search.by} search={search} />
    </>
  );
}
