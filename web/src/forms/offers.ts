/** What is asked about offers: callbacks that an agent looks at before they are called. */

import { useMutation } from "@tanstack/react-query";
import { ask } from "../api/client";
import { queryClient } from "../api/queries";
import type { Mine } from "./forms";

/** Whatever came of it, the server knows best what is before the agent now: what was pressed waits for that. */
const renew = () => queryClient.invalidateQueries({ queryKey: ["mine"] });

export function useNextOffer(agent: string) {
  return useMutation({
    mutationFn: async () => (await ask("POST /api/offers", { body: { agent_number: agent } })).offer,
    onSuccess: (offer) => {
      queryClient.setQueryData<Mine>(["mine", agent], (mine) => mine && { ...mine, offer });
    },
  });
}

export function useAccept() {
  return useMutation({
    mutationFn: (offer: number) => ask("POST /api/offers/{offer_id}/accept", { path: { offer_id: offer } }),
    onSettled: renew,
  });
}

/** Calls one that the agent promised, of those told. */
export function useCallPromised(agent: string) {
  return useMutation({
    mutationFn: (target: number) =>
      ask("POST /api/callbacks/mine/{target_id}/call", {
        path: { target_id: target },
        body: { agent_number: agent },
      }),
    onSettled: renew,
  });
}

export function useSkip() {
  return useMutation({
    mutationFn: ({ offer, reason }: { offer: number; reason: string }) =>
      ask("POST /api/offers/{offer_id}/skip", { path: { offer_id: offer }, body: { reason } }),
    onSettled: renew,
  });
}

const GOES_ON = "callcenter.goesOn";

/** Whether this browser asks for the next callback by itself. */
export function keptGoesOn(): boolean {
  return localStorage.getItem(GOES_ON) === "yes";
}

export function keepGoesOn(goesOn: boolean): void {
  if (goesOn) localStorage.setItem(GOES_ON, "yes");
  else localStorage.removeItem(GOES_ON);
}
