import { Button, Checkbox, Select, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { query } from "../api/client";
import { useFormat, useSettings } from "../api/queries";
import { NOTHING } from "../format";
import { ListPanel } from "../parts/ListPanel";
import { MoreButton } from "../parts/MoreButton";
import page from "../parts/Page.module.css";
import table from "../parts/Table.module.css";
import { useAddressFilter } from "../parts/useAddressFilter";
import { useTitle } from "../parts/useTitle";
import { Marks } from "./Marks";
import { TicketDialog } from "./TicketDialog";
import classes from "./Tickets.module.css";
import { type Filter, STATES, type Ticket, useBacklog, useFreshTickets, useTickets } from "./tickets";
import { useAgents, useOwnerWord, useTypes } from "./words";

const FILTER = ["search", "state", "type", "team", "owner", "late", "mine"] as const satisfies (keyof Filter)[];

interface ChoiceProps {
  name: keyof Filter;
  label: string;
  options: { value: string; label: string }[];
  filter: Filter;
  set: (name: keyof Filter, value: string) => void;
}

function Choice({ name, label, options, filter, set }: ChoiceProps) {
  return (
    <Select
      size="xs"
      aria-label={label}
      placeholder={label}
      clearable
      searchable
      clearButtonProps={{ "aria-label": label }}
      data={options}
      value={filter[name] || null}
      onChange={(value) => set(name, value ?? "")}
    />
  );
}

function Filters({ filter, set }: Pick<ChoiceProps, "filter" | "set">) {
  const { t } = useTranslation();
  const types = useTypes();
  const agents = useAgents();
  const teams = useSettings().data?.teams ?? [];
  const states = [
    ...STATES.map((value) => ({ value: value as string, label: t(`tickets.state.${value}`) })),
    { value: "any", label: t("tickets.anyState") },
  ];
  return (
    <div className={classes.filters}>
      <TextInput
        size="xs"
        aria-label={t("tickets.search")}
        placeholder={t("tickets.search")}
        value={filter.search}
        onChange={(event) => set("search", event.currentTarget.value)}
      />
      <Choice name="state" label={t("tickets.unfinished")} options={states} filter={filter} set={set} />
      <Choice name="type" label={t("tickets.anyType")} options={types.options} filter={filter} set={set} />
      <Choice
        name="team"
        label={t("tickets.anyTeam")}
        options={teams.map((team) => ({ value: team, label: team }))}
        filter={filter}
        set={set}
      />
      <Choice name="owner" label={t("tickets.anyOwner")} options={agents.options} filter={filter} set={set} />
      <Checkbox
        size="xs"
        label={t("tickets.mineOnly")}
        checked={filter.mine !== ""}
        onChange={(event) => set("mine", event.currentTarget.checked ? "1" : "")}
      />
      <Checkbox
        size="xs"
        label={t("tickets.lateOnly")}
        checked={filter.late !== ""}
        onChange={(event) => set("late", event.currentTarget.checked ? "1" : "")}
      />
    </div>
  );
}

function TicketRow({ ticket }: { ticket: Ticket }) {
  const format = useFormat();
  const types = useTypes();
  const ownerWord = useOwnerWord();
  return (
    <tr className={table.linked}>
      <td className="num">
        <Link href={`/tickets/${ticket.id}`} className={table.cover}>
          {ticket.ticket}
        </Link>
      </td>
      <td>
        {ticket.subject}
        <small className="muted"> {types.word(ticket.type)}</small>
      </td>
      <td>
        <Marks of={ticket} />
      </td>
      <td>{ticket.customer?.name || ticket.caller_number || NOTHING}</td>
      <td>{[ownerWord(ticket), ticket.team].filter((word) => word && word !== NOTHING).join(" · ") || NOTHING}</td>
      <td className="num">{ticket.next_due_at === null ? NOTHING : format.dateMinute(ticket.next_due_at)}</td>
    </tr>
  );
}

/** What is counted of a team, and the list behind it. */
const COUNTED = [
  ["open", { state: "open" }],
  ["waiting", { state: "waiting" }],
  ["overdue", { late: "1" }],
  ["escalated", { late: "up" }],
] as const;

function Backlogs() {
  const { t } = useTranslation();
  const format = useFormat();
  const backlog = useBacklog();
  const columns = [
    t("tickets.field.team"),
    t("tickets.open"),
    t("tickets.waiting"),
    t("tickets.overdue"),
    t("tickets.escalated"),
    t("tickets.oldest"),
  ];
  const rows = (backlog.data ?? []).map((team) => (
    <tr key={team.team}>
      <td>{team.team || t("tickets.noTeam")}</td>
      {COUNTED.map(([name, which]) => (
        <td key={name} className="num">
          {team.team ? (
            <Link href={`/tickets${query({ team: team.team, ...which })}`}>{format.number(team[name])}</Link>
          ) : (
            format.number(team[name])
          )}
        </td>
      ))}
      <td className="num">{format.dateMinute(team.oldest_at)}</td>
    </tr>
  ));
  if (rows.length === 0 && !backlog.isError) return null;
  return <ListPanel title={t("tickets.backlog")} asked={[backlog]} columns={columns} rows={rows} />;
}

/** What customers asked for: found by state, type, team and owner, which stand in the address. */
export default function TicketsPage() {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const [isMaking, setMaking] = useState(false);
  useTitle(t("page.tickets"));
  const { filter, settled, isFiltered, set } = useAddressFilter(FILTER);
  const found = useTickets(settled as Filter);
  useFreshTickets();
  const tickets = found.data?.pages.flatMap((one) => one.tickets) ?? [];
  const columns = [
    t("tickets.ticket"),
    t("tickets.field.subject"),
    t("tickets.field.state"),
    t("tickets.field.customer"),
    t("tickets.field.owner"),
    t("tickets.field.due_at"),
  ];
  return (
    <div className={page.page}>
      <header className={classes.head}>
        <h1>{t("page.tickets")}</h1>
        <Button size="xs" leftSection={<IconPlus size={15} />} onClick={() => setMaking(true)}>
          {t("tickets.make")}
        </Button>
      </header>
      <Backlogs />
      <ListPanel
        title={t("tickets.list")}
        asked={[found]}
        tools={<Filters filter={filter as Filter} set={set} />}
        columns={columns}
        rows={tickets.map((ticket) => <TicketRow key={ticket.id} ticket={ticket} />)}
        empty={
          isFiltered
            ? { title: t("tickets.noneSuch"), text: t("tickets.noneSuchText") }
            : { title: t("tickets.none"), text: t("tickets.noneText") }
        }
      >
        {found.hasNextPage && (
          <div className={classes.more}>
            <MoreButton pages={found} />
          </div>
        )}
      </ListPanel>
      {isMaking && (
        <TicketDialog of={null} onClose={() => setMaking(false)} onSaved={({ id }) => go(`/tickets/${id}`)} />
      )}
    </div>
  );
}
