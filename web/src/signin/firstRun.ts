import { useMutation, useQuery } from "@tanstack/react-query";
import { ApiError, ask } from "../api/client";
import { queryClient, SESSION } from "../api/queries";

const FIRST_RUN = ["first-run"];

/** Whether nobody can sign in yet, and the file of the server that has the word (docs/api.md, First run). */
export function useFirstRun() {
  return useQuery({
    queryKey: FIRST_RUN,
    queryFn: () => ask("GET /api/first-run"),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export interface Administrator {
  word: string;
  username: string;
  name: string;
  password: string;
}

const refresh = () =>
  Promise.all([
    queryClient.invalidateQueries({ queryKey: FIRST_RUN }),
    queryClient.invalidateQueries({ queryKey: SESSION }),
  ]);

/** Makes the first administrator and signs in. */
export function useMakeFirst() {
  return useMutation({
    mutationFn: async ({ username, password, ...fields }: Administrator) => {
      await ask("POST /api/first-run", { body: { username, password, ...fields } });
      await ask("POST /api/session", { body: { username, password } }).catch((error: unknown) => {
        // Where no password is taken, they sign in at the provider.
        if (!(error instanceof ApiError && error.status === 403)) throw error;
      });
    },
    onSuccess: refresh,
    // Somebody else was quicker: there is an administrator to sign in as.
    onError: (error) => (error instanceof ApiError && error.status === 409 ? refresh() : undefined),
  });
}
