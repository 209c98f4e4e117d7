import { Button, Input, Modal, Select, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { ApiError } from "../api/client";
import { useMay, useSession, useSettings, useZone } from "../api/queries";
import { CustomerChoice } from "../customers/CustomerChoice";
import { fromWall, toWall } from "../format";
import { DialogButtons } from "../parts/DialogButtons";
import { Failure } from "../parts/Failure";
import page from "../parts/Page.module.css";
import { useRefusal } from "../parts/useRefusal";
import classes from "./Tickets.module.css";
import {
  type OwnCall,
  refreshTickets,
  type Ticket,
  type TicketContent,
  useAddCall,
  useOpenTicket,
  useOwners,
  useSaveTicket,
  type WholeTicket,
} from "./tickets";
import { useAgents, useTypes } from "./words";

interface Props {
  /** Which ticket is changed; none where one is opened. */
  of: Ticket | null;
  /** The call at the own seat from which one is opened. */
  call?: OwnCall | null;
  start?: Partial<TicketContent>;
  onClose: () => void;
  onSaved: (ticket: { id: number; ticket: string }) => void;
}

const EMPTY: TicketContent = {
  type: "",
  subject: "",
  note: "",
  state: "open",
  customer_id: null,
  caller_number: "",
  owner_agent: "",
  owner_user: "",
  team: "",
  due_at: null,
};

function contentOf(ticket: Ticket): TicketContent {
  const kept = Object.keys(EMPTY).map((name) => [name, ticket[name as keyof TicketContent]]);
  return Object.fromEntries(kept) as TicketContent;
}

interface FieldProps {
  draft: TicketContent;
  change: (fields: Partial<TicketContent>) => void;
  /** Why the server refused a field. */
  at: (field: string) => string | null;
}

function What({ draft, change, at }: FieldProps) {
  const { t } = useTranslation();
  const types = useTypes();
  return (
    <>
      <div className={classes.fields}>
        <Select
          label={t("tickets.field.type")}
          data={types.options}
          value={draft.type || null}
          onChange={(type) => change({ type: type ?? "" })}
          allowDeselect={false}
          error={at("type")}
          required
        />
        <TextInput
          label={t("tickets.field.subject")}
          value={draft.subject}
          onChange={(event) => change({ subject: event.currentTarget.value })}
          error={at("ticket.subject")}
          maxLength={200}
          data-autofocus
          required
        />
      </div>
      <Textarea
        label={t("tickets.field.note")}
        value={draft.note}
        onChange={(event) => change({ note: event.currentTarget.value })}
        error={at("ticket.note")}
        autosize
        minRows={3}
        maxRows={12}
        maxLength={20000}
      />
    </>
  );
}

function Whose({ draft, change, at }: FieldProps) {
  const { t } = useTranslation();
  const seesCustomers = useMay("see_customers");
  return (
    <div className={classes.fields}>
      {seesCustomers && (
        <Input.Wrapper label={t("tickets.field.customer")} labelElement="div" error={at("customer_id")}>
          <CustomerChoice
            chosen={draft.customer_id === null ? "" : `${draft.customer_id}`}
            onChoose={(id) => change({ customer_id: id ? Number(id) : null })}
          />
        </Input.Wrapper>
      )}
      <TextInput
        label={t("tickets.field.caller_number")}
        value={draft.caller_number}
        onChange={(event) => change({ caller_number: event.currentTarget.value })}
        error={at("ticket.caller_number")}
        maxLength={64}
      />
    </div>
  );
}

/** Of these options, and the one that is chosen though the floor does not know it now. */
function withChosen(options: { value: string; label: string }[], chosen: string) {
  const isKnown = !chosen || options.some(({ value }) => value === chosen);
  return isKnown ? options : [...options, { value: chosen, label: chosen }];
}

function Owner({ draft, change, at }: FieldProps) {
  const { t } = useTranslation();
  const agents = useAgents();
  const owners = useOwners();
  const users = (owners.data ?? []).map(({ username, name }) => ({
    value: username,
    label: name && name !== username ? `${name} (${username})` : username,
  }));
  const teams = (useSettings().data?.teams ?? []).map((team) => ({ value: team, label: team }));
  return (
    <div className={classes.fields}>
      <Select
        label={t("tickets.field.owner_agent")}
        data={withChosen(agents.options, draft.owner_agent)}
        value={draft.owner_agent || null}
        onChange={(agent) => change({ owner_agent: agent ?? "", team: agent ? "" : draft.team })}
        error={at("owner_agent")}
        searchable
        clearable
        clearButtonProps={{ "aria-label": t("tickets.nobody") }}
      />
      <Select
        label={t("tickets.field.owner_user")}
        data={withChosen(users, draft.owner_user)}
        value={draft.owner_user || null}
        onChange={(user) => change({ owner_user: user ?? "" })}
        error={at("owner_user")}
        searchable
        clearable
        clearButtonProps={{ "aria-label": t("tickets.nobody") }}
        nothingFoundMessage={owners.isPending ? t("page.loading") : t("tickets.nobody")}
      />
      <Select
        label={t("tickets.field.team")}
        data={withChosen(teams, draft.team)}
        value={draft.team || null}
        onChange={(team) => change({ team: team ?? "" })}
        error={at("team")}
        clearable
        clearButtonProps={{ "aria-label": t("tickets.noTeam") }}
      />
    </div>
  );
}

function When({ draft, change, at, isNew }: FieldProps & { isNew: boolean }) {
  const { t } = useTranslation();
  const zone = useZone();
  return (
    <div className={classes.fields}>
      <TextInput
        type="datetime-local"
        label={t("tickets.field.due_at")}
        value={draft.due_at === null ? "" : toWall(zone, draft.due_at)}
        onChange={(event) => change({ due_at: fromWall(zone, event.currentTarget.value) })}
        error={at("ticket.due_at")}
      />
      {!isNew && (
        <Select
          label={t("tickets.field.state")}
          data={(["open", "waiting"] as const).map((value) => ({
            value: value as string,
            label: t(`tickets.state.${value}`),
          }))}
          value={draft.state}
          onChange={(state) => change({ state: state === "waiting" ? "waiting" : "open" })}
          allowDeselect={false}
        />
      )}
    </div>
  );
}

/** The open tickets of the customer: to one of them the call is added, or a new one is opened all the same. */
function Repeats({
  repeats,
  call,
  onChosen,
}: {
  repeats: Ticket[];
  call: OwnCall | null;
  onChosen: (ticket: Ticket) => void;
}) {
  const { t } = useTranslation();
  const addCall = useAddCall();
  return (
    <div className={classes.warning} role="alert">
      <strong>{t("tickets.repeats")}</strong>
      <p>{t("tickets.repeatsText")}</p>
      {addCall.isError && <Failure error={addCall.error} />}
      <ul className={classes.list}>
        {repeats.map((ticket) => (
          <li key={ticket.id}>
            <span className={classes.words}>
              {ticket.ticket} · {ticket.subject}
            </span>
            {call ? (
              <Button
                size="compact-sm"
                aria-label={t("desk.addCallTo", { ticket: ticket.ticket })}
                loading={addCall.isPending}
                onClick={() => addCall.mutate({ id: ticket.id, call }, { onSuccess: () => onChosen(ticket) })}
              >
                {t("desk.addCall")}
              </Button>
            ) : (
              <Link href={`/tickets/${ticket.id}`}>{t("tickets.goTo", { ticket: ticket.ticket })}</Link>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** A ticket in a dialog; what somebody typed stays, whatever comes of sending it. */
export function TicketDialog({ of, call = null, start, onClose, onSaved }: Props) {
  const { t } = useTranslation();
  const own = useSession().user.agent_number ?? "";
  const types = useTypes();
  const [typed, setDraft] = useState<TicketContent>(() =>
    of ? contentOf(of) : { ...EMPTY, owner_agent: own, ...start },
  );
  const draft = { ...typed, type: typed.type || (types.options[0]?.value ?? "") };
  const [repeats, setRepeats] = useState<Ticket[]>([]);
  const open = useOpenTicket(call);
  const save = useSaveTicket(of?.id ?? 0);
  const sent = of ? save : open;
  // The page may learn meanwhile that somebody else changed the ticket; what is typed here was begun from this version.
  const [begunFrom] = useState(of?.version ?? 0);
  const isOvertaken = sent.error instanceof ApiError && sent.error.status === 409;
  const { at, isElsewhere } = useRefusal(isOvertaken ? null : sent.error);
  const change = (fields: Partial<TicketContent>) => setDraft((before) => ({ ...before, ...fields }));
  function done(ticket: { id: number; ticket: string }) {
    onSaved(ticket);
    onClose();
  }
  function openIt(isNew: boolean) {
    const onSuccess = ({ ticket, repeats: found }: { ticket: WholeTicket | null; repeats: Ticket[] }) =>
      ticket ? done(ticket) : setRepeats(found);
    open.mutate({ ticket: draft, isNew }, { onSuccess });
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!of) openIt(repeats.length > 0);
    else
      save.mutate(
        { ticket: draft, version: isOvertaken ? of.version : begunFrom },
        { onSuccess: done, onError: (error) => void (error instanceof ApiError && refreshTickets()) },
      );
  }
  const makes = repeats.length > 0 ? t("tickets.makeAnyway") : t("tickets.makeOne");
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      closeOnClickOutside={false}
      title={of ? `${t("tickets.change")} · ${of.ticket}` : t("tickets.make")}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      <form onSubmit={submit} className={page.form} noValidate>
        <What draft={draft} change={change} at={at} />
        <Whose draft={draft} change={change} at={at} />
        <Owner draft={draft} change={change} at={at} />
        <When draft={draft} change={change} at={at} isNew={!of} />
        {repeats.length > 0 && <Repeats repeats={repeats} call={call} onChosen={done} />}
        {isOvertaken && (
          <p className={classes.warning} role="alert">
            {t("tickets.overtaken")}
          </p>
        )}
        {isElsewhere && <Failure error={sent.error} />}
        <DialogButtons onClose={onClose} isSending={sent.isPending} label={of ? undefined : makes} />
      </form>
    </Modal>
  );
}
