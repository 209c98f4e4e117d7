/** What is asked and told about imports of files. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import type { ImportCounts as Counts, DialerOptionsShape, Import as ImportJob, Role } from "../api/described";
import { queryClient } from "../api/queries";
import type { Instant } from "../api/shapes";

export type {
  DialerKind as Kind,
  Import as ImportJob,
  ImportCounts as Counts,
  PreviewRow,
  Role,
} from "../api/described";

/** How a file is read and what becomes of its rows, as it is chosen. */
export type Options = DialerOptionsShape;

/** What a file becomes: targets of a list, entries of the do-not-call list, or customers. */
export type Into = { kind: "targets"; listId: string } | { kind: "do_not_call" } | { kind: "customers" };

export interface Becomes {
  number: string;
  name: string;
  attributes: Record<string, string>;
  other_numbers: string[];
  priority: number | null;
  owner_agent: string;
  time_zones: string;
  due_at: Instant | null;
  is_prefix: boolean;
  level: string;
  reference: string;
  note: string;
  labels: string[][];
  consent: string;
  consent_at: Instant | null;
  consent_how: string;
  do_not_call: boolean;
}

/** While an import runs, it is asked how far it is. */
const AGAIN_MS = 500;

function latestOf(into: Into) {
  const query = { limit: 1 };
  if (into.kind === "targets")
    return ask("GET /api/lists/{list_id}/imports", { path: { list_id: into.listId }, query });
  return into.kind === "customers"
    ? ask("GET /api/customer-imports", { query })
    : ask("GET /api/do-not-call/imports", { query });
}

function draftOf(into: Into, body: FormData) {
  if (into.kind === "targets")
    return ask("POST /api/lists/{list_id}/imports", { path: { list_id: into.listId }, body });
  return into.kind === "customers"
    ? ask("POST /api/customer-imports", { body })
    : ask("POST /api/do-not-call/imports", { body });
}

/** The import that runs into this already, if one does. */
export function useRunningImport(into: Into) {
  return useQuery({
    queryKey: ["imports", "latest", into],
    queryFn: async () => {
      const { imports } = await latestOf(into);
      return imports.find((job) => job.state === "running") ?? null;
    },
    staleTime: 0,
    gcTime: 0,
  });
}

export function useImport(id: number | null) {
  return useQuery({
    queryKey: ["imports", id],
    queryFn: () => ask("GET /api/imports/{import_id}", { path: { import_id: id ?? 0 } }),
    enabled: id !== null,
    refetchInterval: (query) => (query.state.data?.state === "running" ? AGAIN_MS : false),
  });
}

export function useDraft(into: Into) {
  return useMutation({
    mutationFn: (file: File) => {
      const form = new FormData();
      form.set("file", file);
      return draftOf(into, form);
    },
    onSuccess: (job) => queryClient.setQueryData(["imports", job.id], job),
  });
}

export function usePreview(job: ImportJob, options: Options) {
  return useQuery({
    queryKey: ["imports", job.id, "preview", options],
    queryFn: async () =>
      (await ask("POST /api/imports/{import_id}/preview", { path: { import_id: job.id }, body: options })).rows,
    placeholderData: (before) => before,
    retry: false,
  });
}

export function useStartImport() {
  return useMutation({
    mutationFn: ({ id, options }: { id: number; options: Options }) =>
      ask("POST /api/imports/{import_id}/start", { path: { import_id: id }, body: options }),
    onSuccess: (job) => queryClient.setQueryData(["imports", job.id], job),
  });
}

/** Columns of which there can be only one; choosing it for one takes it from another. */
const SEVERAL: readonly Role[] = ["other_number", "label", "attribute", "ignore"];

/** The roles after a column got another one. */
export function assigned(roles: readonly Role[], place: number, role: Role): Role[] {
  const rest: Role = "ignore";
  return roles.map((one, at) => {
    if (at === place) return role;
    return one === role && !SEVERAL.includes(role) ? rest : one;
  });
}

/** The rows that would become targets without those in error and the duplicates. */
export function goodRows(counts: Counts): number {
  return Math.max(0, counts.rows - counts.errors - counts.duplicates);
}
