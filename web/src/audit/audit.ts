/** What is asked and told about the audit log. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { query, request } from "../api/client";
import type { Instant } from "../api/shapes";

export interface Entry {
  id: number;
  at: Instant;
  username: string;
  address: string;
  act: string;
  subject_kind: string;
  subject_id: string;
  details: Record<string, unknown>;
}
interface Page {
  entries: Entry[];
  next: number | null;
  acts: string[];
}
export type Filter = { who: string; act: string; from: Instant | null; to: Instant | null };

export function useEntries(filter: Filter) {
  return useInfiniteQuery({
    queryKey: ["audit", filter],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam }) => request<Page>("GET", `/api/audit${query({ ...filter, cursor: pageParam })}`),
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
