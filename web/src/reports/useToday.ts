import { useZone } from "../api/queries";
import { serverNow } from "../live/clock";
import { type Day, dayOf } from "./ranges";

/** The centre's today. */
export function useToday(): Day {
  return dayOf(useZone(), serverNow());
}
