import { useMay } from "../../api/queries";
import type { Seat } from "../../api/shapes";
import type { PhoneCall } from "./state";

/** Who calls: as SIP says it, and for whom numbers are masked, as the floor does. */
export function useWho(call: PhoneCall | null, seat: Pick<Seat, "number"> | undefined): string {
  const seesNumbers = useMay("see_numbers");
  if (!call) return "";
  return seesNumbers ? call.name || call.number : (seat?.number ?? "");
}
