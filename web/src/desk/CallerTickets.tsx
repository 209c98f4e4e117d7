import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { Failure } from "../parts/Failure";
import { useTell } from "../parts/useTell";
import { Marks } from "../tickets/Marks";
import { TicketDialog } from "../tickets/TicketDialog";
import classes from "../tickets/Tickets.module.css";
import { type OwnCall, type TicketContent, useAddCall, usePop } from "../tickets/tickets";

/** A ticket that is being opened from a call: what is typed outlives the call and the work after it. */
export interface NewFromCall {
  call: OwnCall;
  start: Partial<TicketContent>;
}

interface Props {
  call: OwnCall;
  customer: number | null;
  onMake: (made: NewFromCall) => void;
}

function TicketsFailed({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const { t } = useTranslation();
  return (
    <section className="panel" aria-labelledby="desk-tickets">
      <h2 id="desk-tickets">{t("desk.tickets")}</h2>
      <Failure error={error} onRetry={onRetry} />
    </section>
  );
}

/** The open tickets of whom the call is with: this call is added to one of them, or opens a new one. */
export function CallerTickets({ call, customer, onMake }: Props) {
  const { t } = useTranslation();
  const tell = useTell();
  const pop = usePop(call);
  const addCall = useAddCall();
  if (pop.error) return <TicketsFailed error={pop.error} onRetry={() => void pop.refetch()} />;
  if (!pop.data) return null;
  const { number, tickets } = pop.data;
  return (
    <section className="panel" aria-labelledby="desk-tickets">
      <div className={classes.bar}>
        <h2 id="desk-tickets">{t("desk.tickets")}</h2>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => onMake({ call, start: { customer_id: customer, caller_number: number } })}
        >
          {t("tickets.make")}
        </Button>
      </div>
      {tickets.length === 0 && <p className={classes.small}>{t("desk.noTickets")}</p>}
      <ul className={classes.list}>
        {tickets.map(({ id, ticket, subject, ...state }) => (
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
              onClick={() =>
                addCall.mutate(
                  { id, call },
                  { onSuccess: () => tell.success(t("desk.callAdded", { ticket })), onError: tell.failure },
                )
              }
            >
              {t("desk.addCall")}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Opens the ticket; the call is with it, also when it is over by then. */
export function TicketFromCall({ made, onClose }: { made: NewFromCall; onClose: () => void }) {
  const { t } = useTranslation();
  const tell = useTell();
  return (
    <TicketDialog
      of={null}
      call={made.call}
      start={made.start}
      onClose={onClose}
      onSaved={({ ticket }) => tell.success(t("desk.callAdded", { ticket }))}
    />
  );
}
