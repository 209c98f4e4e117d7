import { useMutation, useQuery } from "@tanstack/react-query";
import { request } from "../api/client";
import { queryClient } from "../api/queries";
import type { Instant, Permission } from "../api/shapes";

/** A program that acts for a user (docs/api.md, API keys); `secret` is told only when it is made. */
export interface ApiKey {
  id: number;
  name: string;
  username: string;
  permissions: Permission[];
  created_at: Instant;
  expires_at: Instant | null;
  last_used_at: Instant | null;
  last_address: string;
  secret?: string;
}

const refresh = () => queryClient.invalidateQueries({ queryKey: ["keys"] });

export function useKeys() {
  return useQuery({
    queryKey: ["keys"],
    queryFn: async () => (await request<{ keys: ApiKey[] }>("GET", "/api/keys")).keys,
  });
}

export function useMakeKey() {
  return useMutation({
    mutationFn: (fields: Pick<ApiKey, "name" | "permissions" | "expires_at">) =>
      request<ApiKey>("POST", "/api/keys", fields),
    onSuccess: refresh,
  });
}

export function useRevokeKey() {
  return useMutation({
    mutationFn: (id: number) => request("DELETE", `/api/keys/${id}`),
    onSuccess: refresh,
  });
}
