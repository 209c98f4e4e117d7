/** What the reports of quality and of tickets are asked for: days, a team, and by what they count. */

import { useSearchParams } from "wouter";
import { countDays, type Days } from "./ranges";
import { useToday } from "./useToday";
import { type Chosen, chosenDays, readRange, writeRange } from "./view";

export interface TeamSearch<By extends string> {
  days: Days;
  team: string;
  by: By;
}

/** So that there are neither three points nor a hundred. */
export function trendOf(days: Days): "day" | "week" | "month" {
  const count = countDays(days);
  if (count <= 31) return "day";
  return count <= 26 * 7 ? "week" : "month";
}

export function narrowed({ days, team }: TeamSearch<string>) {
  return { ...days, ...(team ? { team } : {}) };
}

/** It stands in the address; `usual` is by what they count where that says nothing. */
export function useTeamSearch<By extends string>(bys: readonly By[], usual: By) {
  const [params, setParams] = useSearchParams();
  const chosen = readRange(params, "last_30_days");
  const by = bys.find((one) => one === params.get("by")) ?? usual;
  const search: TeamSearch<By> = { days: chosenDays(chosen, useToday()), team: params.get("team") ?? "", by };
  const change = (fields: { chosen?: Chosen; team?: string; by?: By }) => {
    const next = { ...writeRange(fields.chosen ?? chosen), team: fields.team ?? search.team, by: fields.by ?? by };
    setParams(Object.entries(next).filter(([, value]) => value !== "") as [string, string][], { replace: true });
  };
  return { chosen, search, change };
}
