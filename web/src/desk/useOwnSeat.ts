import { useEntity, useLive } from "../live/store";
import { ownSeat } from "./desk";
import { usePreferred } from "./phone/usePhones";

/** Where the agent works, on the live floor. */
export function useOwnSeat(agent: string) {
  const isPreferred = usePreferred();
  const id = useLive((live) => ownSeat(live.entities.seats, agent, isPreferred));
  return { id, seat: useEntity("seats", id ?? "") };
}
