import { Button, Checkbox } from "@mantine/core";
import { IconArrowLeft, IconGitMerge, IconPencil, IconPlus } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { NoCallback } from "../api/described";
import { useFormat, useMay } from "../api/queries";
import call from "../calls/CallPage.module.css";
import { callPath } from "../calls/path";
import { NOTHING } from "../format";
import { Failure } from "../parts/Failure";
import { Outcome } from "../parts/Outcome";
import page from "../parts/Page.module.css";
import { SureButton } from "../parts/SureButton";
import { useTell } from "../parts/useTell";
import { useTitle } from "../parts/useTitle";
import { PageSkeleton } from "../parts/Waiting";
import { CloseDialog, MergeTicketDialog, ReopenDialog, StepDialog } from "./Dialogs";
import { History } from "./History";
import { Marks } from "./Marks";
import { TicketDialog } from "./TicketDialog";
import classes from "./Tickets.module.css";
import { type Step, useFreshTickets, useSaveStep, useTicket, useUnmerge, type WholeTicket } from "./tickets";
import { useAgents, useOwnerWord, useTypes } from "./words";

type Act = "edit" | "close" | "reopen" | "merge" | "step";

function Panel({ id, title, tools, children }: { id: string; title: string; tools?: ReactNode; children: ReactNode }) {
  return (
    <section className="panel" aria-labelledby={id}>
      <div className={classes.bar}>
        <h2 id={id}>{title}</h2>
        {tools}
      </div>
      {children}
    </section>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd className="num">{children || NOTHING}</dd>
    </div>
  );
}

function Customer({ of }: { of: WholeTicket }) {
  const seesCustomers = useMay("see_customers");
  if (!of.customer) return <>{NOTHING}</>;
  const name = of.customer.name || of.caller_number || `${of.customer.id}`;
  return seesCustomers ? <Link href={`/customers/${of.customer.id}`}>{name}</Link> : name;
}

function Known({ of }: { of: WholeTicket }) {
  const { t } = useTranslation();
  const format = useFormat();
  const types = useTypes();
  const ownerWord = useOwnerWord();
  return (
    <Panel id="ticket-known" title={t("tickets.known")}>
      <dl className={call.facts}>
        <Fact label={t("tickets.field.type")}>{types.word(of.type)}</Fact>
        <Fact label={t("tickets.field.customer")}>
          <Customer of={of} />
        </Fact>
        <Fact label={t("tickets.field.caller_number")}>{of.caller_number}</Fact>
        <Fact label={t("tickets.field.owner")}>{ownerWord(of)}</Fact>
        <Fact label={t("tickets.field.team")}>{of.team}</Fact>
        <Fact label={t("tickets.field.due_at")}>{of.due_at !== null && format.dateMinute(of.due_at)}</Fact>
        <Fact label={t("tickets.field.created")}>
          {format.dateMinute(of.created_at)} · {of.created_by}
        </Fact>
        {of.outcome && <Fact label={t("tickets.field.outcome")}>{t(`tickets.outcome.${of.outcome}`)}</Fact>}
      </dl>
      {of.note && <p className={classes.text}>{of.note}</p>}
      {of.result && (
        <p className={classes.text}>
          <strong>{t("tickets.field.result")}:</strong> {of.result}
        </p>
      )}
    </Panel>
  );
}

function StepLine({ of, step, onEdit }: { of: WholeTicket; step: Step; onEdit: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const tell = useTell();
  const agents = useAgents();
  const save = useSaveStep(of.id);
  const { id, text, agent_number, due_at, done_at, done_by } = step;
  const isDone = done_at !== null;
  const mayChange = of.state !== "closed" && !of.merged_into;
  const mark = (is_done: boolean) =>
    save.mutate({ step: id, text, agent_number, due_at, is_done }, { onError: tell.failure });
  const about = [
    agent_number && agents.word(agent_number),
    due_at !== null && !isDone && `${t("tickets.dueAt")} ${format.dateMinute(due_at)}`,
    isDone && t("tickets.doneBy", { time: format.dateMinute(done_at), name: done_by }),
    step.of !== of.ticket && t("tickets.of", { ticket: step.of }),
  ];
  return (
    <li>
      <Checkbox
        aria-label={isDone ? t("tickets.markOpen", { text }) : t("tickets.markDone", { text })}
        checked={isDone}
        disabled={!mayChange || save.isPending}
        onChange={(event) => mark(event.currentTarget.checked)}
      />
      <span className={classes.words} data-done={isDone || undefined}>
        <span>{text}</span>
        <span className="muted">{about.filter(Boolean).join(" · ")}</span>
      </span>
      {mayChange && !isDone && (
        <Button size="compact-xs" variant="subtle" onClick={onEdit} aria-label={`${t("tickets.change")}: ${text}`}>
          {t("tickets.change")}
        </Button>
      )}
    </li>
  );
}

function Steps({ of, onAdd }: { of: WholeTicket; onAdd: () => void }) {
  const { t } = useTranslation();
  const [edited, setEdited] = useState<Step | null>(null);
  const mayChange = of.state !== "closed" && !of.merged_into;
  const add = mayChange && (
    <Button size="compact-sm" variant="default" leftSection={<IconPlus size={14} />} onClick={onAdd}>
      {t("tickets.addStep")}
    </Button>
  );
  const stop = () => setEdited(null);
  return (
    <Panel id="ticket-steps" title={t("tickets.steps")} tools={add}>
      {of.steps.length === 0 && <p className={classes.small}>{t("tickets.noSteps")}</p>}
      <ul className={classes.list}>
        {of.steps.map((step) => (
          <StepLine key={step.id} of={of} step={step} onEdit={() => setEdited(step)} />
        ))}
      </ul>
      {edited && <StepDialog of={of} step={edited} onClose={stop} onDone={stop} />}
    </Panel>
  );
}

function Calls({ of }: { of: WholeTicket }) {
  const { t } = useTranslation();
  const format = useFormat();
  const seesCalls = useMay("see_calls");
  return (
    <Panel id="ticket-calls" title={t("tickets.calls")}>
      {of.calls.length === 0 && <p className={classes.small}>{t("tickets.noCalls")}</p>}
      <ul className={classes.list}>
        {of.calls.map((one) => {
          const words = t("tickets.callAt", { time: format.dateMinute(one.added_at) });
          return (
            <li key={`${one.of} ${one.pbx} ${one.call_id}`}>
              <span className={classes.words}>
                {seesCalls ? <Link href={callPath(one.pbx, one.call_id)}>{words}</Link> : words}
                <span className="muted">
                  {[one.added_by, one.of !== of.ticket && t("tickets.of", { ticket: one.of })]
                    .filter(Boolean)
                    .join(" · ")}
                </span>
              </span>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}

function Callbacks({ of }: { of: WholeTicket }) {
  const { t } = useTranslation();
  const format = useFormat();
  const closedAt = of.closed_at ?? 0;
  const isRaised = of.callbacks.some((one) => one.raised_at >= closedAt);
  const missing = of.changes.find((one) => one.what === "callback_missing" && one.at >= closedAt);
  const why = missing?.details.why as NoCallback | undefined;
  if (!of.is_complaint || (of.state !== "closed" && of.callbacks.length === 0)) return null;
  return (
    <Panel id="ticket-callbacks" title={t("tickets.callbacks")}>
      {of.state === "closed" && !isRaised && (
        <p className={classes.small}>
          {why ? t("tickets.noCallback", { why: t(`tickets.whyNone.${why}`) }) : t("tickets.noCallbacks")}{" "}
          {!why && t("tickets.callbackSoon")}
        </p>
      )}
      <ul className={classes.list}>
        {of.callbacks.map((one) => (
          <li key={one.raised_at}>
            <span className={classes.words}>
              <span>{t("tickets.callback", { list: one.list.name, time: format.dateMinute(one.raised_at) })}</span>
              <span className="muted">
                {t(`tickets.callbackState.${one.state}`)}
                {one.due_at !== null && ` · ${t("tickets.callbackDue", { time: format.dateMinute(one.due_at) })}`}
              </span>
              {one.attempts.map((attempt) => (
                <span key={attempt.placed_at}>
                  {format.dateMinute(attempt.placed_at)}{" "}
                  {attempt.outcome && <Outcome outcome={attempt.outcome} of="attempt" />}{" "}
                  {[
                    attempt.agent_number,
                    attempt.result &&
                      t(`forms.result.${attempt.result as "completed"}`, { defaultValue: attempt.result }),
                    attempt.note,
                  ]
                    .filter(Boolean)
                    .join(" · ")}
                </span>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Merged({ of }: { of: WholeTicket }) {
  const { t } = useTranslation();
  const format = useFormat();
  const tell = useTell();
  const mayManage = useMay("manage_tickets");
  const unmerge = useUnmerge();
  const part = (id: number) =>
    unmerge.mutate(id, { onSuccess: () => tell.success(t("tickets.apart")), onError: tell.failure });
  if (of.merged.length === 0) return null;
  return (
    <Panel id="ticket-merged" title={t("tickets.merged")}>
      <ul className={classes.list}>
        {of.merged.map((one) => (
          <li key={one.id}>
            <span className={classes.words}>
              <Link href={`/tickets/${one.id}`}>
                {one.ticket} · {one.subject}
              </Link>
              <span className="muted">
                {format.dateMinute(one.merged_at)} · {one.merged_by}
              </span>
            </span>
            {mayManage && (
              <SureButton
                label={t("tickets.undo")}
                sure={t("tickets.undoSure")}
                name={`${t("tickets.undo")}: ${one.ticket}`}
                isSending={unmerge.isPending}
                onSure={() => part(one.id)}
              />
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Acts({ of, onAct }: { of: WholeTicket; onAct: (act: Act) => void }) {
  const { t } = useTranslation();
  const mayManage = useMay("manage_tickets");
  if (of.merged_into) return null;
  if (of.state === "closed") {
    return (
      <Button size="xs" onClick={() => onAct("reopen")}>
        {t("tickets.reopen")}
      </Button>
    );
  }
  return (
    <div className={classes.acts}>
      <Button size="xs" onClick={() => onAct("close")}>
        {t("tickets.close")}
      </Button>
      <Button size="xs" variant="default" leftSection={<IconPencil size={15} />} onClick={() => onAct("edit")}>
        {t("tickets.change")}
      </Button>
      {mayManage && (
        <Button size="xs" variant="default" leftSection={<IconGitMerge size={15} />} onClick={() => onAct("merge")}>
          {t("tickets.merge")}
        </Button>
      )}
    </div>
  );
}

function ActDialog({ of, act, onClose }: { of: WholeTicket; act: Act | null; onClose: () => void }) {
  const { t } = useTranslation();
  const tell = useTell();
  const { ticket } = of;
  const said = (words: string) => () => {
    tell.success(words);
    onClose();
  };
  switch (act) {
    case "edit":
      return <TicketDialog of={of} onClose={onClose} onSaved={() => tell.success(t("tickets.saved"))} />;
    case "close":
      return <CloseDialog of={of} onClose={onClose} onDone={said(t("tickets.closedOne", { ticket }))} />;
    case "reopen":
      return <ReopenDialog of={of} onClose={onClose} onDone={said(t("tickets.reopened", { ticket }))} />;
    case "merge":
      return <MergeTicketDialog of={of} onClose={onClose} onDone={said(t("tickets.mergedOne"))} />;
    case "step":
      return <StepDialog of={of} step={null} onClose={onClose} onDone={onClose} />;
    case null:
      return null;
  }
}

function Shown({ of }: { of: WholeTicket }) {
  const { t } = useTranslation();
  const [act, setAct] = useState<Act | null>(null);
  useTitle(`${of.ticket} ${of.subject}`);
  return (
    <div className={page.page}>
      <div className={call.head}>
        <Link href="/tickets" className={page.back}>
          <IconArrowLeft size={16} aria-hidden /> {t("page.tickets")}
        </Link>
        <div className={classes.head}>
          <h1>
            {of.ticket} · {of.subject} <Marks of={of} />
          </h1>
          <Acts of={of} onAct={setAct} />
        </div>
      </div>
      {of.merged_into && (
        <p className={classes.warning}>
          {t("tickets.partOf", { ticket: of.merged_into.ticket })}{" "}
          <Link href={`/tickets/${of.merged_into.id}`}>{t("tickets.goTo", { ticket: of.merged_into.ticket })}</Link>
        </p>
      )}
      <Known of={of} />
      <Steps of={of} onAdd={() => setAct("step")} />
      <Callbacks of={of} />
      <Merged of={of} />
      <Calls of={of} />
      <History of={of} />
      <ActDialog of={of} act={act} onClose={() => setAct(null)} />
    </div>
  );
}

/** A ticket: what is known, what is to be done, what happened. */
export default function TicketPage({ id }: { id: number }) {
  const ticket = useTicket(id);
  useFreshTickets(id);
  if (ticket.isPending) return <PageSkeleton />;
  if (ticket.isError) return <Failure error={ticket.error} onRetry={() => void ticket.refetch()} />;
  return <Shown of={ticket.data} />;
}
