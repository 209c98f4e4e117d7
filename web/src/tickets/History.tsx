import { useTranslation } from "react-i18next";
import type { NoCallback } from "../api/described";
import { useFormat } from "../api/queries";
import customers from "../customers/Customers.module.css";
import { NOTHING } from "../format";
import classes from "./Tickets.module.css";
import type { Change, EscalatedTo, Outcome, State, TicketContent, WholeTicket } from "./tickets";
import { useAgents, useTypes } from "./words";

type Field = Exclude<keyof TicketContent, "state"> | "state";

/** What an entry says beside what was done: each field as it was and as it became, a text, a ticket. */
function useDetails(of: WholeTicket): (change: Change) => string[] {
  const { t } = useTranslation();
  const format = useFormat();
  const agents = useAgents();
  const types = useTypes();
  const value = (name: string, one: unknown) => {
    if (one === null || one === "" || one === undefined) return NOTHING;
    if (name === "type") return types.word(String(one));
    if (name === "state") return t(`tickets.state.${one as State}`);
    if (name === "customer_id") return one === of.customer_id && of.customer?.name ? of.customer.name : `#${one}`;
    if (name === "due_at") return format.dateMinute(Number(one));
    if (name === "is_done") return one ? t("tickets.done") : t("tickets.state.open");
    return name === "agent_number" || name === "owner_agent" ? agents.word(String(one)) : String(one);
  };
  const field = (name: string) => {
    if (name in FIELDS) return t(`tickets.field.${name as Field}`);
    return name === "agent_number" ? t("tickets.whoDoes") : t("tickets.step");
  };
  return ({ what, details }) => {
    if (what === "closed") {
      return [t(`tickets.outcome.${details.outcome as Outcome}`), String(details.result ?? "")];
    }
    if (what === "callback_ended") {
      const { list, outcome, agent_number, result, note } = details as Record<string, string | undefined>;
      return [
        [list, outcome && t(`attempt.outcome.${outcome as "busy"}`, { defaultValue: outcome }), agent_number]
          .filter(Boolean)
          .join(" · "),
        [result && t(`forms.result.${result as "completed"}`, { defaultValue: result }), note]
          .filter(Boolean)
          .join(" · "),
      ].filter(Boolean);
    }
    if (what === "callback_missing") return [t(`tickets.whyNone.${details.why as NoCallback}`)];
    if (what === "escalated") {
      return [
        t("tickets.escalatedTo", { level: Number(details.level), to: t(`tickets.to.${details.to as EscalatedTo}`) }),
      ];
    }
    return Object.entries(details)
      .filter(([name]) => !["is_kept", "pbx", "call_id"].includes(name))
      .map(([name, one]) =>
        Array.isArray(one) ? `${field(name)}: ${value(name, one[0])} → ${value(name, one[1])}` : value(name, one),
      )
      .filter((words) => words !== NOTHING);
  };
}

const FIELDS: Record<Field | "owner_agent", true> = {
  type: true,
  subject: true,
  note: true,
  state: true,
  customer_id: true,
  caller_number: true,
  owner_agent: true,
  owner_user: true,
  team: true,
  due_at: true,
};

/** Who did what and when, the latest first. */
export function History({ of }: { of: WholeTicket }) {
  const { t } = useTranslation();
  const format = useFormat();
  const detailsOf = useDetails(of);
  return (
    <section className="panel" aria-labelledby="ticket-history">
      <div className={classes.bar}>
        <h2 id="ticket-history">{t("tickets.history")}</h2>
      </div>
      <ol className={customers.history}>
        {of.changes.map((change) => (
          <li key={change.id}>
            <time className="num" title={format.date(change.at)}>
              {format.dateMinute(change.at)}
            </time>
            <div className={customers.words}>
              <span>
                {t(`tickets.what.${change.what}`)}{" "}
                <span className="muted">
                  {[change.by, change.of !== of.ticket && t("tickets.of", { ticket: change.of })]
                    .filter(Boolean)
                    .join(" · ")}
                </span>
              </span>
              {detailsOf(change).map((words) => (
                <span key={words} className={customers.wrote}>
                  {words}
                </span>
              ))}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}
