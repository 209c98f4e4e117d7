/** What is asked and told about the audit log. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import type { EntryAnswer as Entry } from "../api/described";
import type { Instant } from "../api/shapes";

export type { EntryAnswer as Entry } from "../api/described";

export type Filter = { who: string; act: string; from: Instant | null; to: Instant | null };

export function useEntries(filter: Filter) {
  return useInfiniteQuery({
    queryKey: ["audit", filter],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam }) => ask("GET /api/audit", { query: { ...filter, cursor: pageParam } }),
    getNextPageParam: (page) => page.next,
  });
}

/** The fields of a request in one line; of lists only how many there were. */
export function detailsLine(details: Entry["details"]): string {
  return Object.entries(details)
    .map(([name, value]) => `${name}: ${shown(value)}`)
    .join(" · ");
}

function shown(value: unknown): string {
  if (typeof value === "object" && value !== null && "count" in value) return `× ${value.count}`;
  return String(value ?? "–");
}
