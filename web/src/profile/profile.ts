import { useMutation, useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import { queryClient, SESSION } from "../api/queries";
import type { User } from "../users/users";

export type { SessionAnswer as WebSession } from "../api/described";

const SESSIONS = ["profile", "sessions"];
const refreshSessions = () => queryClient.invalidateQueries({ queryKey: SESSIONS });

export function useSessions() {
  return useQuery({
    queryKey: SESSIONS,
    queryFn: async () => (await ask("GET /api/profile/sessions")).sessions,
  });
}

/** Ends one session, or all the others. */
export function useEndSession() {
  return useMutation({
    mutationFn: (id: string | "others") =>
      id === "others"
        ? ask("DELETE /api/profile/sessions")
        : ask("DELETE /api/profile/sessions/{session_id}", { path: { session_id: id } }),
    onSuccess: refreshSessions,
  });
}

export function useChangeProfile() {
  return useMutation({
    mutationFn: (changes: Partial<Pick<User, "name" | "language">>) => ask("PATCH /api/profile", { body: changes }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: SESSION }),
  });
}

export function useChangePassword() {
  return useMutation({
    mutationFn: (fields: { old_password: string; password: string }) =>
      ask("POST /api/profile/password", { body: fields }),
    onSuccess: () => Promise.all([queryClient.invalidateQueries({ queryKey: SESSION }), refreshSessions()]),
  });
}
