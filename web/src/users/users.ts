import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { ask } from "../api/client";
import type { PresenceAnswer as User, UserChanges } from "../api/described";
import { queryClient } from "../api/queries";

export type { NewPasswordAnswer as NewPassword, PresenceAnswer as User } from "../api/described";

export type UserFields = Pick<User, "name" | "roles" | "language" | "agent_number" | "scope">;

const PAGE_SIZE = 50;

const refresh = () =>
  Promise.all(["users", "roles"].map((queryKey) => queryClient.invalidateQueries({ queryKey: [queryKey] })));

/** Users by username, page by page: those in whose username, name or agent's number this is. */
export function useUsers(text: string) {
  return useInfiniteQuery({
    queryKey: ["users", text],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) => ask("GET /api/users", { query: { text, cursor: pageParam, limit: PAGE_SIZE } }),
    getNextPageParam: (page) => page.next,
    placeholderData: (before) => before,
    refetchInterval: 30_000,
  });
}

export function useMakeUser() {
  return useMutation({
    mutationFn: ({ name, ...fields }: UserFields & { username: string }) =>
      ask("POST /api/users", { body: { ...fields, name: name || null } }),
    onSuccess: refresh,
  });
}

export function useChangeUser(id: number) {
  return useMutation({
    mutationFn: (changes: UserChanges) => ask("PATCH /api/users/{user_id}", { path: { user_id: id }, body: changes }),
    onSuccess: refresh,
  });
}

export function useResetPassword(id: number) {
  return useMutation({
    mutationFn: () => ask("POST /api/users/{user_id}/password", { path: { user_id: id } }),
    onSuccess: refresh,
  });
}

export function useForgetSecondFactor(id: number) {
  return useMutation({
    mutationFn: () => ask("DELETE /api/users/{user_id}/second-factor", { path: { user_id: id } }),
    onSuccess: refresh,
  });
}

export function useEndSessions(id: number) {
  return useMutation({
    mutationFn: () => ask("DELETE /api/users/{user_id}/sessions", { path: { user_id: id } }),
    onSuccess: refresh,
  });
}
