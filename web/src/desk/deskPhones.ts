/** Desk phones: at which of them an agent may sit down. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import type { DeskPhoneShape } from "../api/described";
import { useMay } from "../api/queries";

export type DeskPhone = DeskPhoneShape;

export const OWN = "own";

export function keyOf(phone: Pick<DeskPhone, "pbx" | "number">): string {
  return `${phone.pbx}/${phone.number}`;
}

export function canTake(phone: Pick<DeskPhone, "is_free" | "is_registered">): boolean {
  return phone.is_free && phone.is_registered;
}

/** What is proposed: the phone of the last time where it is free, else the own one, else the first that is free. */
export function proposed(phones: readonly DeskPhone[], hasOwn: boolean): string | null {
  const free = phones.filter(canTake);
  const last = free.find((phone) => phone.is_last);
  if (last) return keyOf(last);
  if (hasOwn) return OWN;
  return free[0] ? keyOf(free[0]) : null;
}

/** Asked again every few seconds while somebody chooses: colleagues come and go. */
export function useDeskPhones() {
  const mayWork = useMay("work_seat");
  return useQuery({
    queryKey: ["desk-phones"],
    queryFn: async () => (await ask("GET /api/agents/mine/desks")).phones,
    enabled: mayWork,
    refetchInterval: (query) => (query.state.data?.length ? 5_000 : false),
  });
}

export function useSitDown() {
  return useMutation({
    mutationFn: ({ phone, queues }: { phone: DeskPhone; queues: string[] }) =>
      ask("POST /api/agents/mine/desks/{pbx}/{number}/sign-in", {
        path: { pbx: phone.pbx, number: phone.number },
        body: { queues },
      }),
  });
}
