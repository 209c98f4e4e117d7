import { Button, SegmentedControl, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSettings, useZone } from "../api/queries";
import { DIRECTIONS, VISIT_OUTCOMES } from "../api/shapes";
import { dayStart, duration, toWall } from "../format";
import classes from "./CallsPage.module.css";
import { isNarrowed, MORE_FIELDS, RANGES, type Range, type Search, withoutFilters } from "./search";

/** Typing is answered after a pause of this length, so that not every key asks the server. */
const PAUSE_MS = 300;

interface SearchProps {
  search: Search;
  onSearch: (search: Search) => void;
}

function useChosenRange({ search, onSearch }: SearchProps): (range: string) => void {
  const zone = useZone();
  return (value) => {
    const range = value as Range;
    const now = Date.now() / 1000;
    const custom = range === "custom" ? { from: toWall(zone, dayStart(zone, now)), to: toWall(zone, now + 60) } : {};
    onSearch({ ...search, range, ...custom });
  };
}

interface ChoiceProps extends SearchProps {
  field: "queue" | "outcome" | "direction" | (typeof MORE_FIELDS)[number];
  options: { value: string; label: string }[];
}

function Choice({ field, options, search, onSearch }: ChoiceProps) {
  const { t } = useTranslation();
  return (
    <Select
      size="xs"
      aria-label={t(`calls.fields.${field}`)}
      data={[{ value: "", label: t(`calls.any.${field}`) }, ...options]}
      value={search[field]}
      onChange={(value) => onSearch({ ...search, [field]: value ?? "" })}
      allowDeselect={false}
    />
  );
}

function Choices({ search, onSearch }: SearchProps) {
  const { t } = useTranslation();
  const queues = useSettings().data?.queues ?? [];
  const names = new Map(queues.map((queue) => [queue.queue, queue.label || queue.queue]));
  const outcomes = [...VISIT_OUTCOMES, "not_answered"] as const;
  const choices = {
    queue: [...names].map(([value, label]) => ({ value, label })),
    outcome: outcomes.map((value) => ({ value, label: t(`outcome.${value}`) })),
    direction: DIRECTIONS.map((value) => ({ value, label: t(`direction.${value}`) })),
  };
  return (["queue", "outcome", "direction"] as const).map((field) => (
    <Choice key={field} field={field} options={choices[field]} search={search} onSearch={onSearch} />
  ));
}

const STEPS = {
  talk_from: [30, 60, 180, 300, 600, 1200],
  talk_to: [10, 30, 60, 180, 600],
  hold_from: [1, 15, 30, 60, 180],
} as const;
const ENDS = ["caller", "agent", "transfer", "unknown"] as const;

function MoreChoices({ search, onSearch }: SearchProps) {
  const { t } = useTranslation();
  const steps = (field: keyof typeof STEPS) => {
    // An address may ask for a length of its own.
    const seconds = new Set<number>([...STEPS[field], ...(search[field] ? [Number(search[field])] : [])]);
    return [...seconds]
      .sort((one, other) => one - other)
      .map((step) => ({ value: `${step}`, label: t(`calls.steps.${field}`, { time: duration(step) }) }));
  };
  const choices = {
    talk_from: steps("talk_from"),
    talk_to: steps("talk_to"),
    hold_from: steps("hold_from"),
    ended_by: ENDS.map((value) => ({ value, label: t(`endedBy.${value}`) })),
    has_recording: (["true", "false"] as const).map((value) => ({
      value,
      label: t(`calls.recorded.${value}`),
    })),
  };
  return MORE_FIELDS.map((field) => (
    <Choice key={field} field={field} options={choices[field]} search={search} onSearch={onSearch} />
  ));
}

function Typed({ search, onSearch }: SearchProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState({ number: search.number, agent: search.agent });
  useEffect(() => setTyped({ number: search.number, agent: search.agent }), [search.number, search.agent]);
  const later = useDebouncedCallback(onSearch, PAUSE_MS);
  return (["number", "agent"] as const).map((field) => (
    <TextInput
      key={field}
      size="xs"
      type="search"
      aria-label={t(`calls.fields.${field}`)}
      placeholder={t(`calls.fields.${field}`)}
      value={typed[field]}
      onChange={(event) => {
        const next = { ...typed, [field]: event.currentTarget.value };
        setTyped(next);
        later({ ...search, ...next });
      }}
    />
  ));
}

export function CallSearch({ search, onSearch }: SearchProps) {
  const { t } = useTranslation();
  const chooseRange = useChosenRange({ search, onSearch });
  const [isOpen, setOpen] = useState(false);
  const isMore = isOpen || isNarrowed(search, MORE_FIELDS);
  return (
    <search className={classes.search}>
      <SegmentedControl
        size="xs"
        aria-label={t("calls.range")}
        value={search.range}
        onChange={chooseRange}
        data={RANGES.map((range) => ({ value: range, label: t(`calls.ranges.${range}`) }))}
        className={classes.range}
      />
      {search.range === "custom" &&
        (["from", "to"] as const).map((edge) => (
          <TextInput
            key={edge}
            size="xs"
            type="datetime-local"
            aria-label={t(`calls.${edge}`)}
            value={search[edge]}
            onChange={(event) => onSearch({ ...search, [edge]: event.currentTarget.value })}
          />
        ))}
      <Typed search={search} onSearch={onSearch} />
      <Choices search={search} onSearch={onSearch} />
      {isMore && <MoreChoices search={search} onSearch={onSearch} />}
      {!isNarrowed(search, MORE_FIELDS) && (
        <Button size="xs" variant="subtle" aria-expanded={isMore} onClick={() => setOpen(!isOpen)}>
          {t(isMore ? "calls.fewerFilters" : "calls.moreFilters")}
        </Button>
      )}
      {isNarrowed(search) && (
        <Button size="xs" variant="subtle" onClick={() => onSearch(withoutFilters(search))}>
          {t("calls.clear")}
        </Button>
      )}
    </search>
  );
}
