/** What pages ask for, by name; TanStack Query keeps it. */

import { MutationCache, QueryCache, QueryClient, useQuery } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { type Format, formatFor } from "../format";
import { useLanguage } from "../i18n";
import { ApiError, ask } from "./client";
import type { CentreSettings, Figure, Permission, Session } from "./shapes";

/**
 * The session ended (expired, or ended elsewhere): back to the sign-in page, whatever was being asked. Where the second
 * factor was taken away: to the page that sets up another.
 */
function onError(error: Error): void {
  if (!(error instanceof ApiError)) return;
  if (error.status === 401) signedOut();
  if (error.code === "second_factor_is_missing" || error.code === "code_is_owed") refreshSession();
}

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      retry: (failures, error) => failures < 2 && !(error instanceof ApiError && error.status >= 400),
      staleTime: 10_000,
      refetchOnWindowFocus: false,
    },
  },
});

export const SESSION = ["session"] as const;

async function fetchSession(): Promise<Session | null> {
  try {
    return await ask("GET /api/session");
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

export function useSessionQuery() {
  return useQuery({ queryKey: SESSION, queryFn: fetchSession, staleTime: Number.POSITIVE_INFINITY });
}

/**
 * The session of the signed-in part of the page, given to it from above. It is not read from the query cache there: a
 * live row that renders between the end of the session and the change of page would find none.
 */
export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("used outside the signed-in part of the page");
  return session;
}

export function useMay(permission: Permission): boolean {
  return useSession().user.permissions.includes(permission);
}

/** Whether they see the whole centre: what is about all of it is closed to others, whatever else they may. */
export function useSeesAll(): boolean {
  return useSession().user.scope === null;
}

export function useZone(): string {
  return useSession().centre.timezone;
}

export function useFormat(): Format {
  return formatFor(useLanguage(), useZone());
}

export function signedOut(): void {
  queryClient.setQueryData(SESSION, null);
}

/** Asks again what the user is and may do. */
export function refreshSession(): void {
  void queryClient.invalidateQueries({ queryKey: SESSION });
}

export function useFigures() {
  return useQuery({
    queryKey: ["figures"],
    queryFn: async () => (await ask("GET /api/figures")).figures,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Those of the catalogue that have these ids, in its order. */
export function useFiguresNamed(ids: string[]): Figure[] {
  return (useFigures().data ?? []).filter(({ id }) => ids.includes(id));
}

export function useSettings() {
  return useQuery({
    queryKey: ["settings"],
    queryFn: () => ask("GET /api/settings"),
    staleTime: 300_000,
  });
}

/** The queues of the centre that they see: those to choose from. */
export function useOwnQueues(): CentreSettings["queues"] {
  const queues = useSettings().data?.queues ?? [];
  const { scope } = useSession().user;
  return scope === null ? queues : queues.filter(({ queue }) => scope.queues.includes(queue));
}

/** Those into which they may put agents and callers: a scope of teams alone limits whom, not where. */
export function useQueuesToFill(): CentreSettings["queues"] {
  const queues = useSettings().data?.queues ?? [];
  const { scope } = useSession().user;
  if (scope === null || scope.queues.length === 0) return queues;
  return queues.filter(({ queue }) => scope.queues.includes(queue));
}

/** The label of a queue, or its name where it has none. */
export function useQueueWord(): (pbx: string, queue: string) => string {
  const queues = useSettings().data?.queues ?? [];
  return (pbx, queue) => queues.find((item) => item.pbx === pbx && item.queue === queue)?.label || queue;
}
