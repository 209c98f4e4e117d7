/** What is asked and told about the audit log. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import type { EntryAnswer as Entry } from "../api/described";
import type { Instant } from "../api/shapes";

export type { EntryAnswer as Entry } from "../api/described";

export type Filter = { who: string; act: string; subject: string; from: Instant | null; to: Instant | null };

export function useEntries(filter: Filter) {
  return useInfiniteQuery({
    queryKey: ["audit", filter],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam }) => ask("GET /api/audit", { query: { ...filter, cursor: pageParam } }),
    getNextPageParam: (page) => page.next,
  });
}

/** How the fields of an entry, and what stands in them, are called. */
export interface Words {
  field: (name: string) => string;
  value: (field: string, value: string) => string;
}

/** The fields of an entry in one line, with what was before; of long lists only how many there were. */
export function detailsLine(details: Entry["details"], words: Words): string {
  const { was, ...fields } = details;
  const before: Record<string, unknown> = isObject(was) ? was : {};
  return Object.entries(fields)
    .map(([name, value]) => {
      const now = shown(name, value, words);
      return `${words.field(name)}: ${name in before ? `${shown(name, before[name], words)} → ${now}` : now}`;
    })
    .join(" · ");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shown(name: string, value: unknown, words: Words): string {
  if (Array.isArray(value)) return value.map((each) => words.value(name, String(each))).join(", ") || "–";
  if (isObject(value)) {
    if ("count" in value) return `× ${value.count}`;
    return Object.entries(value)
      .filter(([, each]) => !Array.isArray(each) || each.length > 0)
      .map(([part, each]) => `${words.field(part)} ${shown(part, each, words)}`)
      .join("; ");
  }
  if (name === "scope" && value === null) return words.value(name, "all");
  return String(value ?? "–");
}
