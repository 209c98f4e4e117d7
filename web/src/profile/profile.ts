import { useMutation, useQuery } from "@tanstack/react-query";
import { request } from "../api/client";
import { queryClient, SESSION } from "../api/queries";
import type { Instant } from "../api/shapes";
import type { User } from "../users/users";

/** A browser in which the user is signed in (docs/api.md, One's own account). */
export interface WebSession {
  id: string;
  address: string;
  browser: string;
  created_at: Instant;
  last_seen_at: Instant;
  is_this: boolean;
}

const SESSIONS = ["profile", "sessions"];
const refreshSessions = () => queryClient.invalidateQueries({ queryKey: SESSIONS });

export function useSessions() {
  return useQuery({
    queryKey: SESSIONS,
    queryFn: async () => (await request<{ sessions: WebSession[] }>("GET", "/api/profile/sessions")).sessions,
  });
}

/** Ends one session, or all the others. */
export function useEndSession() {
  return useMutation({
    mutationFn: (id: string | "others") =>
      request("DELETE", id === "others" ? "/api/profile/sessions" : `/api/profile/sessions/${id}`),
    onSuccess: refreshSessions,
  });
}

export function useChangeProfile() {
  return useMutation({
    mutationFn: (changes: Partial<Pick<User, "name" | "language">>) => request("PATCH", "/api/profile", changes),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: SESSION }),
  });
}

export function useChangePassword() {
  return useMutation({
    mutationFn: (fields: { old_password: string; password: string }) =>
      request("POST", "/api/profile/password", fields),
    onSuccess: () => Promise.all([queryClient.invalidateQueries({ queryKey: SESSION }), refreshSessions()]),
  });
}
