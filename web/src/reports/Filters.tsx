import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useShallow } from "zustand/shallow";
import { useOwnQueues, useSettings } from "../api/queries";
import { useLive } from "../live/store";
import classes from "./Filters.module.css";
import type { Days } from "./ranges";
import { useReport } from "./report";

interface FilterProps {
  value: string;
  onChange: (value: string) => void;
}

/** The configured queues, and those that Asterisk told of besides, of what they see. */
export function QueueSelect({ value, onChange, any }: FilterProps & { any?: string | null }) {
  const { t } = useTranslation();
  const configured = useOwnQueues();
  const live = useLive(
    useShallow((floor) => Object.entries(floor.entities.queues).map(([id, queue]) => `${id}\n${queue.label}`)),
  );
  const labels = new Map(configured.map(({ pbx, queue, label }) => [`${pbx}/${queue}`, label || queue]));
  for (const line of live) {
    const [id = "", label = ""] = line.split("\n");
    if (!labels.has(id)) labels.set(id, label || id.slice(id.indexOf("/") + 1));
  }
  if (value && !labels.has(value)) labels.set(value, value);
  const choices = [...labels].map(([id, label]) => ({ value: id, label }));
  const all = any === null ? [] : [{ value: "", label: any ?? t("floor.allQueues") }];
  return (
    <Select
      size="xs"
      className={classes.select}
      aria-label={t("floor.queue")}
      data={[...all, ...choices]}
      value={value || (any === null ? null : "")}
      onChange={(queue) => onChange(queue ?? "")}
      allowDeselect={false}
      searchable={choices.length > 8}
    />
  );
}

export function TeamSelect({ value, onChange }: FilterProps) {
  const { t } = useTranslation();
  const teams = useSettings().data?.teams ?? [];
  const known = value && !teams.includes(value) ? [...teams, value] : teams;
  return (
    <Select
      size="xs"
      className={classes.select}
      aria-label={t("floor.team")}
      data={[{ value: "", label: t("floor.allTeams") }, ...known.map((team) => ({ value: team, label: team }))]}
      value={value}
      onChange={(team) => onChange(team ?? "")}
      allowDeselect={false}
    />
  );
}

interface AgentProps extends FilterProps {
  days: Days;
  label: string;
  /** How the chosen one is called, where these days do not tell. */
  name?: string;
}

/** Whoever worked on these days. */
export function AgentSelect({ days, value, onChange, label, name }: AgentProps) {
  const { t } = useTranslation();
  const report = useReport({
    subject: "agents",
    days,
    interval: "none",
    filters: { queue: "", agent: "", team: "" },
    figures: ["signed_in_seconds"],
  });
  const labels = new Map(
    (report.data?.rows ?? []).map((row) => [
      row.id,
      row.name && row.name !== row.id ? `${row.name} · ${row.id}` : row.id,
    ]),
  );
  if (value && !labels.has(value)) labels.set(value, name ? `${name} · ${value}` : value);
  return (
    <Select
      size="xs"
      className={classes.select}
      aria-label={label}
      placeholder={label}
      data={[...labels].map(([id, words]) => ({ value: id, label: words }))}
      value={value || null}
      onChange={(agent) => onChange(agent ?? "")}
      searchable
      clearable={value !== ""}
      nothingFoundMessage={report.isPending ? t("page.loading") : t("reports.nobody")}
    />
  );
}
