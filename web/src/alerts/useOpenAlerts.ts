import { useShallow } from "zustand/shallow";
import type { Alert } from "../api/shapes";
import { useLive } from "../live/store";
import { inOrder } from "./told";

/** Those that are open now, the gravest first. */
export function useOpenAlerts(): Alert[] {
  return inOrder(useLive(useShallow((live) => Object.values(live.entities.alerts))));
}

/** Those about one seat or queue. */
export function useAlertsAt(kind: "seats" | "queues", id: string): Alert[] {
  return useLive(
    useShallow((live) =>
      Object.values(live.entities.alerts).filter((alert) => alert.subject_kind === kind && alert.subject_id === id),
    ),
  );
}
