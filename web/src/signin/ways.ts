import { useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";

/** How one may sign in (docs/api.md, Sign-in). */
export interface Ways {
  by_password: boolean;
  /** What the button says that leads to the provider; null where the settings name none. */
  by_provider: { label_en: string; label_zh: string } | null;
}

export function useWays() {
  return useQuery({
    queryKey: ["ways"],
    queryFn: () => ask("GET /api/session/ways"),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

const REFUSALS = [
  "provider_away",
  "refused_there",
  "broken_off",
  "not_proved",
  "no_username",
  "unknown",
  "disabled",
  "taken",
  "no_role",
  "last_admin",
] as const;
export type Refusal = (typeof REFUSALS)[number];

/** Why whoever came back from the provider is not signed in, as the address of the page says; null: nobody did. */
export function refusalIn(search: string): Refusal | null {
  const said = new URLSearchParams(search).get("refused");
  return REFUSALS.find((one) => one === said) ?? null;
}

/** The address that leads to the provider, and from there back to the page that was asked for. */
export function wayTo(location: Pick<Location, "pathname" | "search">): string {
  const page = refusalIn(location.search) === null ? location.pathname + location.search : "/";
  return `/api/session/oidc?${new URLSearchParams({ to: page })}`;
}
