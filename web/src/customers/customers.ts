/** What is asked and told about customers (docs/api.md, Customers). */

import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { query, request } from "../api/client";
import { queryClient } from "../api/queries";
import type { Direction, Instant } from "../api/shapes";

export const CONSENTS = ["", "given", "withdrawn"] as const;
export type Consent = (typeof CONSENTS)[number];

export interface OwnNumber {
  number: string;
  label: string;
}
/** What is known of a customer, as it is sent. */
export interface CustomerRecord {
  name: string;
  reference: string;
  level: string;
  attributes: Record<string, string>;
  consent: Consent;
  consent_at: Instant | null;
  consent_how: string;
  note: string;
  numbers: OwnNumber[];
}
export interface Customer extends Omit<CustomerRecord, "numbers"> {
  id: number;
  version: number;
  created_at: Instant;
  created_by: string;
  changed_at: Instant;
  changed_by: string;
  numbers: (OwnNumber & { do_not_call: boolean; do_not_call_until: Instant | null })[];
}
/** Whose a number is: `number` is "" where it is none. */
export interface Found {
  number: string;
  customers: Customer[];
}
export interface Filter {
  name: string;
  number: string;
  level: string;
}
export interface PastCall {
  pbx: string;
  call_id: string;
  direction: Direction;
  number: string;
  queues: string[];
  agents: { number: string; name: string }[];
  outcome: string;
  talk_seconds: number | null;
  has_recording: boolean;
}
export interface PastCallback {
  id: number;
  number: string;
  placed_at: Instant;
  outcome: string | null;
  agent_number: string;
  pbx: string;
  call_id: string | null;
  list: { id: string; name: string };
  record: { result: string; note: string; next_step: string; next_at: Instant | null } | null;
}
export interface PastReview {
  id: number;
  agent_number: string;
  agent_name: string;
  score: number | null;
}
export interface PastTicket {
  id: number;
  ticket: string;
  type: string;
  subject: string;
  state: "open" | "waiting" | "closed";
}
/** Something that happened: a call, a callback, or a ticket was opened. */
export interface Happening {
  at: Instant;
  call: PastCall | null;
  callback: PastCallback | null;
  ticket: PastTicket | null;
  reviews: PastReview[];
}
export interface ComingCallback {
  id: number;
  number: string;
  due_at: Instant | null;
  attempts: number;
  owner_agent: string;
  list: { id: string; name: string };
}
export interface MergeChange {
  changed: Record<string, [unknown, unknown]>;
  added: string[];
}
export interface Merge extends MergeChange {
  id: number;
  gone_id: number;
  gone_name: string;
  merged_at: Instant;
  merged_by: string;
  undone_at: Instant | null;
  undone_by: string;
  can_be_undone: boolean;
}

const PAGE_SIZE = 50;
const MOST_OFFERED = 10;
/** What is typed is a number when it could be dialled; the shortest that is worth asking for. */
const NUMBER = /^[+\d][\d\s().-]{4,}$/;
const KEY = ["customers"] as const;
const refresh = () => queryClient.invalidateQueries({ queryKey: KEY });
const pathOf = (id: number) => `/api/customers/${id}`;

export const fetchCustomer = (id: number) => request<Customer>("GET", pathOf(id));

export function useCustomers(filter: Filter) {
  return useInfiniteQuery({
    queryKey: [...KEY, "page", filter],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam }) =>
      request<{ customers: Customer[]; next: number | null }>(
        "GET",
        `/api/customers${query({ ...filter, cursor: pageParam, limit: PAGE_SIZE })}`,
      ),
    getNextPageParam: (page) => page.next,
    placeholderData: (before) => before,
  });
}

/** What is asked for by what somebody types: a whole number, or how the name begins. */
export function wanted(typed: string): Pick<Filter, "name" | "number"> {
  const text = typed.trim();
  return NUMBER.test(text) ? { name: "", number: text } : { name: text, number: "" };
}

/** Those whom somebody means by what is typed ("": nobody). */
export function useCustomersTyped(typed: string) {
  const asked = wanted(typed);
  return useQuery({
    queryKey: [...KEY, "typed", asked],
    queryFn: () =>
      request<{ customers: Customer[] }>("GET", `/api/customers${query({ ...asked, limit: MOST_OFFERED })}`),
    enabled: typed.trim() !== "",
    select: (told) => told.customers,
  });
}

export function useCustomer(id: number, isWanted = true) {
  return useQuery({ queryKey: [...KEY, id], queryFn: () => fetchCustomer(id), enabled: isWanted });
}

export function useHistory(id: number, limit = 25) {
  return useInfiniteQuery({
    queryKey: [...KEY, id, "history", limit],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam }) =>
      request<{ events: Happening[]; next: number | null }>(
        "GET",
        `${pathOf(id)}/history${query({ cursor: pageParam, limit })}`,
      ),
    getNextPageParam: (page) => page.next,
  });
}

export function useComing(id: number) {
  return useQuery({
    queryKey: [...KEY, id, "callbacks"],
    queryFn: async () => (await request<{ callbacks: ComingCallback[] }>("GET", `${pathOf(id)}/callbacks`)).callbacks,
  });
}

export function useMerges(id: number) {
  return useQuery({
    queryKey: [...KEY, id, "merges"],
    queryFn: async () => (await request<{ merges: Merge[] }>("GET", `${pathOf(id)}/merges`)).merges,
  });
}

export function useMergePreview(kept: number, other: number | null) {
  return useQuery({
    // Not among the others: it is not asked for again once the merge is done.
    queryKey: ["merge-preview", kept, other],
    queryFn: () => request<MergeChange>("GET", `${pathOf(kept)}/merge-preview${query({ other })}`),
    enabled: other !== null,
    staleTime: 0,
  });
}

/** Makes a customer, or replaces the record that somebody looked at as this version. */
export function useSaveCustomer(of: { id: number } | null) {
  return useMutation({
    mutationFn: ({ record, version }: { record: CustomerRecord; version: number }) =>
      of
        ? request<Customer>("PUT", pathOf(of.id), { record, version })
        : request<Customer>("POST", "/api/customers", { record }),
    onSuccess: refresh,
  });
}

export function useForbidCalls(id: number) {
  return useMutation({
    mutationFn: (note: string) => request<Customer>("POST", `${pathOf(id)}/do-not-call`, { note }),
    onSuccess: refresh,
  });
}

export function useMerge(kept: Customer) {
  return useMutation({
    mutationFn: (other: Customer) =>
      request<Customer>("POST", `${pathOf(kept.id)}/merges`, {
        version: kept.version,
        other_id: other.id,
        other_version: other.version,
      }),
    onSuccess: refresh,
  });
}

export function useUndoMerge() {
  return useMutation({
    mutationFn: (merge: number) => request<Customer>("POST", `/api/customer-merges/${merge}/undo`),
    onSuccess: refresh,
  });
}

export function useDeleteCustomer(id: number) {
  return useMutation({
    mutationFn: () => request("DELETE", pathOf(id)),
    onSuccess: () => {
      queryClient.removeQueries({ queryKey: [...KEY, id] });
      return queryClient.invalidateQueries({ queryKey: [...KEY, "page"] });
    },
  });
}
