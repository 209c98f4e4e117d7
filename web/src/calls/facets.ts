/** What can be chosen for each facet of a search, and how a filter that is set is called. */

import { useTranslation } from "react-i18next";
import { useMay, useSettings } from "../api/queries";
import { DIRECTIONS, VISIT_OUTCOMES } from "../api/shapes";
import { useLists } from "../callbacks/lists";
import { useCustomer } from "../customers/customers";
import { useNameWord } from "../customers/words";
import { duration } from "../format";
import { RESULTS } from "../forms/forms";
import { useLabel } from "../i18n";
import { useKnownTags } from "../retention/retention";
import { reasonWord, useChoices } from "../wrapUp/wrapUps";
import type { Field, Search } from "./search";

export interface Option {
  value: string;
  label: string;
}
export type ChosenField = Exclude<Field, "number" | "agent" | "customer">;

const STEPS = {
  talk_from: [30, 60, 180, 300, 600, 1200],
  talk_to: [10, 30, 60, 180, 600],
  hold_from: [1, 15, 30, 60, 180],
  talk_over_from: [1, 5, 10, 30],
} as const;
const ENDS = ["caller", "agent", "transfer", "unknown"] as const;
const SCORES = [60, 80, 90, 100] as const;

/** The numbers offered, and one that an address asks for beside them. */
function steps(offered: readonly number[], chosen: string): number[] {
  return [...new Set([...offered, ...(chosen ? [Number(chosen)] : [])])].sort((one, other) => one - other);
}

function words(offered: readonly string[], chosen: string): Option[] {
  return [...new Set([...offered, ...(chosen ? [chosen] : [])])].map((value) => ({ value, label: value }));
}

function useListOptions(chosen: string): Option[] {
  const { t } = useTranslation();
  const lists = useLists(useMay("see_lists")).data ?? [];
  const options = lists.map((list) => ({ value: `${list.id}`, label: list.name }));
  const isKnown = !chosen || options.some((option) => option.value === chosen);
  return isKnown ? options : [...options, { value: chosen, label: t("calls.listNumber", { number: chosen }) }];
}

/** Each reason, and those below it; one that retired only where an address asks for it. */
function useReasonOptions(chosen: string): Option[] {
  const label = useLabel();
  const choices = useChoices().data;
  return (choices?.reasons ?? [])
    .flatMap((reason) => [reason, ...reason.choices])
    .filter(({ id, is_retired }) => !is_retired || `${id}` === chosen)
    .map(({ id }) => ({ value: `${id}`, label: choices ? reasonWord(label, choices, id) : "" }));
}

/** A facet without options is not offered: there is nothing to choose, or nothing that this user may see. */
export function useFacets(search: Search): Record<ChosenField, Option[]> {
  const { t } = useTranslation();
  const settings = useSettings().data;
  const tags = useKnownTags(true).data?.tags ?? [];
  const lists = useListOptions(search.list);
  const mayReview = useMay("review_calls");
  const mayDecide = useMay("decide_appeals");
  const queues = new Map((settings?.queues ?? []).map((queue) => [queue.queue, queue.label || queue.queue]));
  const lengths = (field: keyof typeof STEPS) =>
    steps(STEPS[field], search[field]).map((step) => ({
      value: `${step}`,
      label: t(`calls.steps.${field}`, { time: duration(step) }),
    }));
  const scores = (field: "score_from" | "score_to") =>
    mayReview || mayDecide
      ? steps(SCORES, search[field]).map((score) => ({
          value: `${score}`,
          label: t(`calls.steps.${field}`, { score }),
        }))
      : [];
  return {
    queue: [...queues].map(([value, label]) => ({ value, label })),
    outcome: ([...VISIT_OUTCOMES, "not_answered"] as const).map((value) => ({ value, label: t(`outcome.${value}`) })),
    direction: DIRECTIONS.map((value) => ({ value, label: t(`direction.${value}`) })),
    team: words(settings?.teams ?? [], search.team),
    talk_from: lengths("talk_from"),
    talk_to: lengths("talk_to"),
    hold_from: lengths("hold_from"),
    ended_by: ENDS.map((value) => ({ value, label: t(`endedBy.${value}`) })),
    talk_over_from: lengths("talk_over_from"),
    has_recording: (["true", "false"] as const).map((value) => ({ value, label: t(`calls.recorded.${value}`) })),
    tag: words(
      tags.map((one) => one.tag),
      search.tag,
    ),
    wrap_up_reason: useReasonOptions(search.wrap_up_reason),
    list: lists,
    result: lists.length > 0 ? RESULTS.map((value) => ({ value, label: t(`forms.result.${value}`) })) : [],
    score_from: scores("score_from"),
    score_to: scores("score_to"),
  };
}

/** What a customer is called; by the number of the record, where the name is not known (any more). */
function useCustomerWord(id: string): string {
  const nameWord = useNameWord();
  const { t } = useTranslation();
  const customer = useCustomer(Number(id), useMay("see_customers") && id !== "");
  return customer.data ? nameWord(customer.data) : t("calls.customerNumber", { number: id });
}

/** A filter that is set, in words: its name, and what was chosen for it. */
export function useFilterWord(search: Search): (field: Field) => string {
  const { t } = useTranslation();
  const facets = useFacets(search);
  const customer = useCustomerWord(search.customer);
  return (field) => {
    const value = search[field].trim();
    const options = field === "number" || field === "agent" || field === "customer" ? [] : facets[field];
    const other = field === "customer" ? customer : value;
    const chosen = options.find((option) => option.value === value)?.label ?? other;
    return t("calls.filterIs", { field: t(`calls.fields.${field}`), value: chosen });
  };
}
