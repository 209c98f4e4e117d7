import type { Instant } from "../api/shapes";
import { duration } from "../format";
import { useSecond } from "./clock";
import { useFrozen } from "./health";

/** Seconds since `since` by the server's clock, or until the moment at which `pbx` was last heard. */
export function useAge(since: Instant, pbx: string): number {
  const now = useSecond();
  const until = useFrozen(pbx);
  return Math.max(0, (until ?? now) - since);
}

export function Timer({ since, pbx }: { since: Instant; pbx: string }) {
  return <span className="num">{duration(Math.floor(useAge(since, pbx)))}</span>;
}
