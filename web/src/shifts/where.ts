import { useSearchParams } from "wouter";
import { type Day, isDay } from "../reports/ranges";
import { useToday } from "../reports/useToday";

/** The day and the team stand in the address, and go along from one section to the next. */
export interface Where {
  day: Day;
  team: string;
  change: (fields: Partial<{ day: Day; team: string }>) => void;
}

export function useWhere(): Where {
  const [params, setParams] = useSearchParams();
  const today = useToday();
  const said = params.get("day") ?? "";
  const day = isDay(said) ? said : today;
  const team = params.get("team") ?? "";
  return {
    day,
    team,
    change: (fields) => setParams({ ...Object.fromEntries(params), day, team, ...fields }, { replace: true }),
  };
}
