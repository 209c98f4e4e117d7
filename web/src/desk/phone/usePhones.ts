import { useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { ask } from "../../api/client";
import { useMay, useSession } from "../../api/queries";
import type { BrowserPhone } from "./line";

/** The phones that this user has in the browser; none where the settings give none. */
export function usePhones(): BrowserPhone[] {
  const isAgent = useSession().user.agent_number !== null;
  const mayWork = useMay("work_seat");
  const found = useQuery({
    queryKey: ["phones"],
    queryFn: async () => (await ask("GET /api/agents/mine/phones")).phones,
    enabled: isAgent && mayWork,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return found.data ?? NONE;
}

const NONE: BrowserPhone[] = [];

export function seatOf(phone: Pick<BrowserPhone, "pbx" | "interface">): string {
  return `${phone.pbx}/${phone.interface}`;
}

const KEPT = "callcenter.phone";
export type Choice = "sip" | "browser";
const listeners = new Set<() => void>();

function choice(): Choice {
  return localStorage.getItem(KEPT) === "browser" ? "browser" : "sip";
}

export function choosePhone(chosen: Choice): void {
  localStorage.setItem(KEPT, chosen);
  for (const listener of listeners) listener();
}

/** Which phone the agent takes on this computer: the SIP phone, unless the one in the browser was chosen. */
export function useChoice(): Choice {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, choice);
}

/** Of the seats where the agent could work: those of the phone that was chosen. */
export function usePreferred(): (id: string) => boolean {
  const seats = usePhones().map(seatOf);
  const isBrowser = useChoice() === "browser";
  return (id) => seats.includes(id) === isBrowser;
}
