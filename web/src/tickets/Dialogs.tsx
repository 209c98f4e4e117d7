import { Button, Modal, Radio, Select, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useZone } from "../api/queries";
import { fromWall, toWall } from "../format";
import { DialogButtons } from "../parts/DialogButtons";
import { Failure } from "../parts/Failure";
import page from "../parts/Page.module.css";
import { ExpectedCallback } from "./ExpectedCallback";
import { Marks } from "./Marks";
import classes from "./Tickets.module.css";
import {
  OUTCOMES,
  type Outcome,
  type Step,
  type Ticket,
  useClose,
  useMergeTicket,
  useReopen,
  useSaveStep,
  useTheirOpen,
  useTicketNamed,
  type WholeTicket,
} from "./tickets";
import { useAgents } from "./words";

interface Props {
  of: Ticket;
  onClose: () => void;
  onDone: () => void;
}

function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      closeOnClickOutside={false}
      title={title}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      {children}
    </Modal>
  );
}

/** Closes a ticket with what came of it. */
export function CloseDialog({ of, onClose, onDone }: Props & { of: WholeTicket }) {
  const { t } = useTranslation();
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [result, setResult] = useState("");
  const [isAsked, setAsked] = useState(false);
  const close = useClose(of);
  const left = of.steps.filter((step) => step.done_at === null);
  function submit(event: FormEvent) {
    event.preventDefault();
    setAsked(true);
    if (outcome) close.mutate({ outcome, result }, { onSuccess: onDone });
  }
  return (
    <Dialog title={`${t("tickets.close")} · ${of.ticket}`} onClose={onClose}>
      <form onSubmit={submit} className={page.form} noValidate>
        <p className={page.lead}>{t("tickets.closeLead")}</p>
        <ExpectedCallback of={of} />
        {left.length > 0 && (
          <div role="note" className={classes.warning}>
            {t("tickets.openStepsLeft")}
            <ul>
              {left.map(({ id, text }) => (
                <li key={id}>{text}</li>
              ))}
            </ul>
          </div>
        )}
        <Select
          label={t("tickets.field.outcome")}
          data={OUTCOMES.map((value) => ({ value: value as string, label: t(`tickets.outcome.${value}`) }))}
          value={outcome}
          onChange={(value) => setOutcome(value as Outcome | null)}
          placeholder={t("tickets.chooseOutcome")}
          error={isAsked && !outcome ? t("tickets.chooseOutcome") : null}
          allowDeselect={false}
          required
        />
        <Textarea
          label={t("tickets.field.result")}
          value={result}
          onChange={(event) => setResult(event.currentTarget.value)}
          autosize
          minRows={3}
          maxLength={4000}
          data-autofocus
          required
        />
        {close.isError && <Failure error={close.error} />}
        <DialogButtons onClose={onClose} isSending={close.isPending} label={t("tickets.closeOne")} />
      </form>
    </Dialog>
  );
}

/** Opens a closed ticket again, and says why. */
export function ReopenDialog({ of, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const [why, setWhy] = useState("");
  const reopen = useReopen(of);
  function submit(event: FormEvent) {
    event.preventDefault();
    reopen.mutate(why, { onSuccess: onDone });
  }
  return (
    <Dialog title={`${t("tickets.reopen")} · ${of.ticket}`} onClose={onClose}>
      <form onSubmit={submit} className={page.form} noValidate>
        <Textarea
          label={t("tickets.why")}
          value={why}
          onChange={(event) => setWhy(event.currentTarget.value)}
          autosize
          minRows={2}
          maxLength={4000}
          data-autofocus
          required
        />
        {reopen.isError && <Failure error={reopen.error} />}
        <DialogButtons onClose={onClose} isSending={reopen.isPending} label={t("tickets.reopen")} />
      </form>
    </Dialog>
  );
}

/** Something to be done: what, by whom, until when. */
export function StepDialog({ of, step, onClose, onDone }: Props & { step: Step | null }) {
  const { t } = useTranslation();
  const zone = useZone();
  const agents = useAgents();
  const [text, setText] = useState(step?.text ?? "");
  const [agent, setAgent] = useState(step?.agent_number ?? "");
  const [due, setDue] = useState(step?.due_at ? toWall(zone, step.due_at) : "");
  const save = useSaveStep(of.id);
  const isKnown = !agent || agents.options.some(({ value }) => value === agent);
  function submit(event: FormEvent) {
    event.preventDefault();
    const isDone = step !== null && step.done_at !== null;
    const sent = { text, agent_number: agent, due_at: due ? fromWall(zone, due) : null, is_done: isDone };
    save.mutate({ step: step?.id ?? null, ...sent }, { onSuccess: onDone });
  }
  return (
    <Dialog title={step ? t("tickets.step") : t("tickets.addStep")} onClose={onClose}>
      <form onSubmit={submit} className={page.form} noValidate>
        <TextInput
          label={t("tickets.step")}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          maxLength={500}
          data-autofocus
          required
        />
        <div className={classes.fields}>
          <Select
            label={t("tickets.whoDoes")}
            data={isKnown ? agents.options : [...agents.options, { value: agent, label: agent }]}
            value={agent || null}
            onChange={(value) => setAgent(value ?? "")}
            searchable
            clearable
            clearButtonProps={{ "aria-label": t("tickets.nobody") }}
          />
          <TextInput
            type="datetime-local"
            label={t("tickets.dueAt")}
            value={due}
            onChange={(event) => setDue(event.currentTarget.value)}
          />
        </div>
        {save.isError && <Failure error={save.error} />}
        <DialogButtons onClose={onClose} isSending={save.isPending} label={step ? undefined : t("tickets.addStep")} />
      </form>
    </Dialog>
  );
}

/** Chooses the repeat among the open tickets of the same customer or by its number, shows it, and merges it. */
export function MergeTicketDialog({ of, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const [asked, setAsked] = useState("");
  const theirs = useTheirOpen(of);
  const found = useTicketNamed(asked);
  const merge = useMergeTicket(of);
  const other = found.data && found.data.id !== of.id && !found.data.merged_into ? found.data : null;
  const isOtherWay = other?.is_complaint === true && !of.is_complaint;
  function choose(ticket: string) {
    setTyped(ticket);
    setAsked(ticket);
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    if (isOtherWay) return;
    if (other && typed === asked) merge.mutate(other, { onSuccess: onDone });
    else setAsked(typed);
  }
  return (
    <Dialog title={`${t("tickets.merge")} · ${of.ticket}`} onClose={onClose}>
      <form onSubmit={submit} className={page.form} noValidate>
        <p className={page.lead}>{t("tickets.mergeLead")}</p>
        {(theirs.data?.length ?? 0) > 0 && (
          <fieldset className={classes.choices}>
            <legend>{t("tickets.theirOpen")}</legend>
            {theirs.data?.map((one) => (
              <Radio
                key={one.id}
                name="other"
                label={`${one.ticket} · ${one.subject}`}
                checked={asked === one.ticket}
                onChange={() => choose(one.ticket)}
              />
            ))}
          </fieldset>
        )}
        <TextInput
          label={t("tickets.other")}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          error={asked && typed === asked && found.data !== undefined && !other ? t("tickets.noOther") : null}
          maxLength={32}
          data-autofocus
          rightSectionWidth={90}
          rightSection={
            <Button size="compact-xs" variant="default" onClick={() => setAsked(typed)}>
              {t("tickets.ticket")}
            </Button>
          }
        />
        {other && (
          <p className={classes.warning}>
            {other.ticket} · {other.subject} <Marks of={other} />{" "}
            {isOtherWay && (
              <Link href={`/tickets/${other.id}`} onClick={onClose}>
                {t("tickets.mergeOther", { other: other.ticket, ticket: of.ticket })}
              </Link>
            )}
          </p>
        )}
        {merge.isError && <Failure error={merge.error} />}
        <DialogButtons onClose={onClose} isSending={merge.isPending || found.isFetching} label={t("tickets.merge")} />
      </form>
    </Dialog>
  );
}
