import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useTell } from "../parts/useTell";
import { Marks } from "../tickets/Marks";
import { TicketDialog } from "../tickets/TicketDialog";
import classes from "../tickets/Tickets.module.css";
import { type OwnCall, useAddCall, usePop } from "../tickets/tickets";

/** The open tickets of whom the call is with: this call is added to one of them, or opens a new one. */
export function CallerTickets({ call, customer }: { call: OwnCall; customer: number | null }) {
  const { t } = useTranslation();
  const tell = useTell();
  const [isMaking, setMaking] = useState(false);
  const pop = usePop(call);
  const addCall = useAddCall();
  if (!pop.data) return null;
  const isWith = (ticket: string) => tell.success(t("desk.callAdded", { ticket }));
  return (
    <section className="panel" aria-labelledby="desk-tickets">
      <div className={classes.bar}>
        <h2 id="desk-tickets">{t("desk.tickets")}</h2>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => setMaking(true)}
        >
          {t("tickets.make")}
        </Button>
      </div>
      {pop.data.tickets.length === 0 && <p className={classes.small}>{t("desk.noTickets")}</p>}
      <ul className={classes.list}>
        {pop.data.tickets.map(({ id, ticket, subject, ...state }) => (
          <li key={id}>
            <span className={classes.words}>
              <Link href={`/tickets/${id}`}>
                {ticket} · {subject}
              </Link>
              <span>
                <Marks of={state} />
              </span>
            </span>
            <Button
              size="compact-sm"
              aria-label={t("desk.addCallTo", { ticket })}
              loading={addCall.isPending}
              onClick={() => addCall.mutate({ id, call }, { onSuccess: () => isWith(ticket), onError: tell.failure })}
            >
              {t("desk.addCall")}
            </Button>
          </li>
        ))}
      </ul>
      {isMaking && (
        <TicketDialog
          of={null}
          call={call}
          start={{ customer_id: customer, caller_number: pop.data.number }}
          onClose={() => setMaking(false)}
          onSaved={({ ticket }) => isWith(ticket)}
        />
      )}
    </section>
  );
}
