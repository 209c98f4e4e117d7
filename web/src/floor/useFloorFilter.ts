import { useMemo } from "react";
import { useSearchParams } from "wouter";
import { type FloorFilter, readFilter, writeFilter } from "./filters";

export type ChangeFilter = (change: Partial<FloorFilter>) => void;

export function useFloorFilter(): [FloorFilter, ChangeFilter] {
  const [params, setParams] = useSearchParams();
  const filter = useMemo(() => readFilter(params), [params]);
  const change: ChangeFilter = (fields) =>
    setParams((now) => writeFilter({ ...readFilter(now), ...fields }), { replace: true });
  return [filter, change];
}
