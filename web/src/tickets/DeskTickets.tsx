import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useFormat } from "../api/queries";
import { Failure } from "../parts/Failure";
import { Marks } from "./Marks";
import classes from "./Tickets.module.css";
import { type Ticket, useFreshTickets, useMyTickets } from "./tickets";

/** So many are shown at the desk; the rest stands on the page of tickets. */
const SHOWN = 5;

function Item({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <li>
      <Link href={`/tickets/${ticket.id}`}>
        {ticket.ticket} · {ticket.subject}
      </Link>
      <small className="muted">
        {ticket.next_due_at !== null && `${t("tickets.dueBy", { time: format.dateMinute(ticket.next_due_at) })} `}
        <Marks of={ticket} />
      </small>
    </li>
  );
}

/** The tickets that the agent owns or has a step to do in, the most urgent first; nothing where there is none. */
export function DeskTickets() {
  const { t } = useTranslation();
  const mine = useMyTickets();
  useFreshTickets();
  const tickets = mine.data ?? [];
  if (!mine.isError && tickets.length === 0) return null;
  return (
    <section className={`panel ${classes.mine}`} aria-labelledby="desk-own-tickets">
      <h2 id="desk-own-tickets">
        <Link href="/tickets?mine=1">{t("tickets.mine")}</Link>
      </h2>
      {mine.isError && <Failure error={mine.error} onRetry={() => void mine.refetch()} />}
      <ul className={classes.list}>
        {tickets.slice(0, SHOWN).map((ticket) => (
          <Item key={ticket.id} ticket={ticket} />
        ))}
      </ul>
      {tickets.length > SHOWN && (
        <Link href="/tickets?mine=1" className={classes.small}>
          {t("tickets.moreOfMine", { count: tickets.length - SHOWN })}
        </Link>
      )}
    </section>
  );
}
