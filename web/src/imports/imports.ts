/** What is asked and told about imports of files. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { request } from "../api/client";
import { queryClient } from "../api/queries";
import type { Instant } from "../api/shapes";

export type Role =
  | "number"
  | "other_number"
  | "name"
  | "priority"
  | "owner_agent"
  | "time_zone"
  | "due_date"
  | "attribute"
  | "expires"
  | "source"
  | "note"
  | "level"
  | "reference"
  | "ignore";
export type Kind = "targets" | "do_not_call" | "customers";
/** What a file becomes: targets of a list, entries of the do-not-call list, or customers. */
export type Into = { kind: "targets"; listId: string } | { kind: "do_not_call" } | { kind: "customers" };
export type ImportState = "draft" | "running" | "done" | "refused" | "failed";

export interface Options {
  columns: Role[] | null;
  extensions: "refuse" | "keep";
  due_days: number;
  duplicates: "skip" | "merge" | "refuse";
  other_lists: "allow" | "skip" | "refuse";
  skip_bad: boolean;
}
export interface RowError {
  line: number;
  column: string;
  value: string;
  code: string;
  reason: string;
}
export interface Duplicate {
  line: number;
  number: string;
  code: string;
  first_line: number | null;
}
export interface Counts {
  rows: number;
  imported: number;
  merged: number;
  errors: number;
  duplicates: number;
}
export interface ImportJob {
  id: number;
  list_id: string | null;
  kind: Kind;
  file_name: string;
  state: ImportState;
  columns: string[];
  roles: Role[];
  options: Options;
  progress: { phase: "checking" | "saving"; done: number; total: number } | null;
  counts: Counts | null;
  detail: string;
  created_at: Instant;
  created_by: string;
  ended_at: Instant | null;
  errors: RowError[];
  duplicates: Duplicate[];
}
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
}
export interface PreviewRow {
  line: number;
  values: string[];
  row: Becomes | null;
  error: RowError | null;
  duplicate: string;
}

/** While an import runs, it is asked how far it is. */
const AGAIN_MS = 500;

function importsPath(into: Into): string {
  if (into.kind === "targets") return `/api/lists/${encodeURIComponent(into.listId)}/imports`;
  return into.kind === "customers" ? "/api/customer-imports" : "/api/do-not-call/imports";
}

/** The import that runs into this already, if one does. */
export function useRunningImport(into: Into) {
  return useQuery({
    queryKey: ["imports", "latest", into],
    queryFn: async () => {
      const { imports } = await request<{ imports: ImportJob[] }>("GET", `${importsPath(into)}?limit=1`);
      return imports.find((job) => job.state === "running") ?? null;
    },
    staleTime: 0,
    gcTime: 0,
  });
}

export function useImport(id: number | null) {
  return useQuery({
    queryKey: ["imports", id],
    queryFn: () => request<ImportJob>("GET", `/api/imports/${id}`),
    enabled: id !== null,
    refetchInterval: (query) => (query.state.data?.state === "running" ? AGAIN_MS : false),
  });
}

export function useDraft(into: Into) {
  return useMutation({
    mutationFn: (file: File) => {
      const form = new FormData();
      form.set("file", file);
      return request<ImportJob>("POST", importsPath(into), form);
    },
    onSuccess: (job) => queryClient.setQueryData(["imports", job.id], job),
  });
}

export function usePreview(job: ImportJob, options: Options) {
  return useQuery({
    queryKey: ["imports", job.id, "preview", options],
    queryFn: async () =>
      (await request<{ rows: PreviewRow[] }>("POST", `/api/imports/${job.id}/preview`, options)).rows,
    placeholderData: (before) => before,
    retry: false,
  });
}

export function useStartImport() {
  return useMutation({
    mutationFn: ({ id, options }: { id: number; options: Options }) =>
      request<ImportJob>("POST", `/api/imports/${id}/start`, options),
    onSuccess: (job) => queryClient.setQueryData(["imports", job.id], job),
  });
}

/** Columns of which there can be only one; choosing it for one takes it from another. */
const SEVERAL: readonly Role[] = ["other_number", "attribute", "ignore"];

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
