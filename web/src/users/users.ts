import { useMutation, useQuery } from "@tanstack/react-query";
import { request } from "../api/client";
import { queryClient } from "../api/queries";
import type { Instant, Scope } from "../api/shapes";

/** Somebody who can sign in to the panel (docs/api.md, Users); `password` is told only when it is made. */
export interface User {
  id: number;
  username: string;
  name: string;
  /** The names of roles. */
  roles: string[];
  language: "" | "en" | "zh";
  /** The agent who this is, where they take calls. */
  agent_number: string | null;
  scope: Scope | null;
  is_disabled: boolean;
  password_expires_at: Instant | null;
  created_at: Instant;
  has_second_factor: boolean;
  /** A role asks for one, and there is none yet. */
  must_set_up_second_factor: boolean;
  /** Signed in at the provider once. */
  is_at_provider: boolean;
  session_count: number;
  last_seen_at: Instant | null;
  password?: string;
}

export type UserFields = Pick<User, "name" | "roles" | "language" | "agent_number" | "scope">;

const refresh = () =>
  Promise.all(["users", "roles"].map((queryKey) => queryClient.invalidateQueries({ queryKey: [queryKey] })));

export function useUsers() {
  return useQuery({
    queryKey: ["users"],
    queryFn: async () => (await request<{ users: User[] }>("GET", "/api/users")).users,
    refetchInterval: 30_000,
  });
}

export function useMakeUser() {
  return useMutation({
    mutationFn: ({ name, ...fields }: UserFields & { username: string }) =>
      request<User>("POST", "/api/users", { ...fields, name: name || null }),
    onSuccess: refresh,
  });
}

export function useChangeUser(id: number) {
  return useMutation({
    mutationFn: (changes: Partial<UserFields & Pick<User, "is_disabled">>) =>
      request<User>("PATCH", `/api/users/${id}`, changes),
    onSuccess: refresh,
  });
}

export function useResetPassword(id: number) {
  return useMutation({
    mutationFn: () => request<User>("POST", `/api/users/${id}/password`),
    onSuccess: refresh,
  });
}

export function useForgetSecondFactor(id: number) {
  return useMutation({
    mutationFn: () => request("DELETE", `/api/users/${id}/second-factor`),
    onSuccess: refresh,
  });
}

export function useEndSessions(id: number) {
  return useMutation({
    mutationFn: () => request("DELETE", `/api/users/${id}/sessions`),
    onSuccess: refresh,
  });
}
