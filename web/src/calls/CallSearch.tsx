import { Button, SegmentedControl, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconX } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay, useZone } from "../api/queries";
import { CustomerChoice } from "../customers/CustomerChoice";
import { dayStart, toWall } from "../format";
import classes from "./CallsPage.module.css";
import { type ChosenField, type Option, useFacets, useFilterWord } from "./facets";
import {
  isNarrowed,
  isSearchedBy,
  MORE_FIELDS,
  RANGES,
  type Range,
  type Search,
  setFields,
  without,
  withoutFilters,
} from "./search";

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
  field: ChosenField;
  options: Option[];
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

const FIRST_FIELDS = ["queue", "outcome", "direction"] as const;

function Choices({ isMore, ...props }: SearchProps & { isMore: boolean }) {
  const facets = useFacets(props.search);
  const more = MORE_FIELDS.filter((field) => facets[field].length > 0);
  return [...FIRST_FIELDS, ...(isMore ? more : [])].map((field) => (
    <Choice key={field} field={field} options={facets[field]} {...props} />
  ));
}

/** What is set, each taken off by one click. */
function Chips({ search, onSearch }: SearchProps) {
  const { t } = useTranslation();
  const word = useFilterWord(search);
  const fields = setFields(search);
  if (fields.length === 0) return null;
  return (
    <ul className={classes.chips} aria-label={t("calls.filters")}>
      {fields.map((field) => (
        <li key={field}>
          <Button
            size="compact-xs"
            radius="xl"
            variant="default"
            rightSection={<IconX size={12} aria-hidden="true" />}
            aria-label={t("calls.takeOff", { filter: word(field) })}
            onClick={() => onSearch(without(search, field))}
            className={classes.chip}
          >
            {word(field)}
          </Button>
        </li>
      ))}
      <li>
        <Button size="compact-xs" variant="subtle" onClick={() => onSearch(withoutFilters(search))}>
          {t("calls.clear")}
        </Button>
      </li>
    </ul>
  );
}

function Typed({ search, onSearch }: SearchProps) {
  const { t } = useTranslation();
  const seesNumbers = useMay("see_numbers");
  const label = (field: "number" | "agent") =>
    field === "number" && !seesNumbers ? t("calls.wholeNumber") : t(`calls.fields.${field}`);
  const [typed, setTyped] = useState({ number: search.number, agent: search.agent });
  useEffect(() => setTyped({ number: search.number, agent: search.agent }), [search.number, search.agent]);
  const later = useDebouncedCallback(onSearch, PAUSE_MS);
  return (["number", "agent"] as const).map((field) => (
    <TextInput
      key={field}
      size="xs"
      type="search"
      aria-label={label(field)}
      placeholder={label(field)}
      value={typed[field]}
      onChange={(event) => {
        const next = { ...typed, [field]: event.currentTarget.value };
        setTyped(next);
        later({ ...search, ...next, number: isSearchedBy(next.number, seesNumbers) ? next.number : search.number });
      }}
    />
  ));
}

export function CallSearch({ search, onSearch }: SearchProps) {
  const { t } = useTranslation();
  const chooseRange = useChosenRange({ search, onSearch });
  const seesCustomers = useMay("see_customers");
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
      {seesCustomers && (
        <CustomerChoice chosen={search.customer} onChoose={(customer) => onSearch({ ...search, customer })} />
      )}
      <Choices search={search} onSearch={onSearch} isMore={isMore} />
      {!isNarrowed(search, MORE_FIELDS) && (
        <Button size="xs" variant="subtle" aria-expanded={isMore} onClick={() => setOpen(!isOpen)}>
          {t(isMore ? "calls.fewerFilters" : "calls.moreFilters")}
        </Button>
      )}
      <Chips search={search} onSearch={onSearch} />
    </search>
  );
}
