/** Which spans of a recording were played: what a player tells the server. */

import type { Seconds, Stretch } from "../api/shapes";

/** Playing tells its place four times a second; at three times the speed, that is less than a second apart. */
const STEP_SECONDS = 2;

/** The spans with one more step of the playing in them; a jump is none. */
export function played(spans: readonly Stretch[], from: Seconds, until: Seconds): Stretch[] {
  if (until <= from || until - from > STEP_SECONDS) return [...spans];
  const last = spans.at(-1);
  if (last && last[1] === from) return [...spans.slice(0, -1), [last[0], until]];
  return [...spans, [from, until]];
}
