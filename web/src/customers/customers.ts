/** What is asked and told about customers (docs/api.md, Customers). */

import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import type { Consent, Customer } from "../api/described";
import { queryClient } from "../api/queries";
import type { Instant } from "../api/shapes";

export type {
  ComingCallback,
  Consent,
  Customer,
  CustomerEvent as Happening,
  CustomerMerge as Merge,
  CustomersFound as Found,
  MergePreviewShape as MergeChange,
  PastCall,
  PastCallback,
  PastReview,
  PastTicket,
} from "../api/described";

export const CONSENTS = ["", "given", "withdrawn"] as const;

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

export interface Filter {
  name: string;
  number: string;
  level: string;
}

const PAGE_SIZE = 50;
const MOST_OFFERED = 10;
/** What is typed is a number when it could be dialled; the shortest that is worth asking for. */
const NUMBER = /^[+\d][\d\s().-]{4,}$/;
const KEY = ["customers"] as const;
const refresh = () => queryClient.invalidateQueries({ queryKey: KEY });

export const fetchCustomer = (id: number) => ask("GET /api/customers/{customer_id}", { path: { customer_id: id } });

export function useCustomers(filter: Filter) {
  return useInfiniteQuery({
    queryKey: [...KEY, "page", filter],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam }) =>
      ask("GET /api/customers", { query: { ...filter, cursor: pageParam, limit: PAGE_SIZE } }),
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
    queryFn: () => ask("GET /api/customers", { query: { ...asked, limit: MOST_OFFERED } }),
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
      ask("GET /api/customers/{customer_id}/history", {
        path: { customer_id: id },
        query: { cursor: pageParam, limit },
      }),
    getNextPageParam: (page) => page.next,
  });
}

export function useComing(id: number) {
  return useQuery({
    queryKey: [...KEY, id, "callbacks"],
    queryFn: async () =>
      (await ask("GET /api/customers/{customer_id}/callbacks", { path: { customer_id: id } })).callbacks,
  });
}

export function useMerges(id: number) {
  return useQuery({
    queryKey: [...KEY, id, "merges"],
    queryFn: async () => (await ask("GET /api/customers/{customer_id}/merges", { path: { customer_id: id } })).merges,
  });
}

export function useMergePreview(kept: number, other: number | null) {
  return useQuery({
    // Not among the others: it is not asked for again once the merge is done.
    queryKey: ["merge-preview", kept, other],
    queryFn: () =>
      ask("GET /api/customers/{customer_id}/merge-preview", {
        path: { customer_id: kept },
        query: { other: other ?? "" },
      }),
    enabled: other !== null,
    staleTime: 0,
  });
}

/** Makes a customer, or replaces the record that somebody looked at as this version. */
export function useSaveCustomer(of: { id: number } | null) {
  return useMutation({
    mutationFn: ({ record, version }: { record: CustomerRecord; version: number }) =>
      of
        ? ask("PUT /api/customers/{customer_id}", { path: { customer_id: of.id }, body: { record, version } })
        : ask("POST /api/customers", { body: { record } }),
    onSuccess: refresh,
  });
}

export function useForbidCalls(id: number) {
  return useMutation({
    mutationFn: (note: string) =>
      ask("POST /api/customers/{customer_id}/do-not-call", { path: { customer_id: id }, body: { note } }),
    onSuccess: refresh,
  });
}

export function useMerge(kept: Customer) {
  return useMutation({
    mutationFn: (other: Customer) =>
      ask("POST /api/customers/{customer_id}/merges", {
        path: { customer_id: kept.id },
        body: {
          version: kept.version,
          other_id: other.id,
          other_version: other.version,
        },
      }),
    onSuccess: refresh,
  });
}

export function useUndoMerge() {
  return useMutation({
    mutationFn: (merge: number) => ask("POST /api/customer-merges/{merge_id}/undo", { path: { merge_id: merge } }),
    onSuccess: refresh,
  });
}

export function useDeleteCustomer(id: number) {
  return useMutation({
    mutationFn: () => ask("DELETE /api/customers/{customer_id}", { path: { customer_id: id } }),
    onSuccess: () => {
      queryClient.removeQueries({ queryKey: [...KEY, id] });
      return queryClient.invalidateQueries({ queryKey: [...KEY, "page"] });
    },
  });
}
