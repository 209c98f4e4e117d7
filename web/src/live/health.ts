/** Whether what is shown is true now, and if not, until when it was. */

import type { Instant, Link, LinkState } from "../api/shapes";
import { serverNow, useSecond } from "./clock";
import { type Live, useLive } from "./store";

/** Heartbeats come every 5 s; beyond this a frame is overdue and the page says by how much. */
export const LATE_SECONDS = 7;

export type Health =
  | { kind: "waiting" }
  | { kind: "live" }
  | { kind: "late"; seconds: number }
  | { kind: "lost"; since: Instant }
  | { kind: "refused" }
  | { kind: "link"; pbx: string; state: Exclude<LinkState, "live">; since: Instant; detail: string }
  | { kind: "no_link" };

const WORST: readonly LinkState[] = ["refused", "down", "connecting", "surveying"];

function worst(links: Link[]): Link | undefined {
  for (const state of WORST) {
    const found = links.find((link) => link.state === state);
    if (found) return found;
  }
  return undefined;
}

export function healthOf(live: Pick<Live, "connection" | "lastFrameAt" | "entities">, now: Instant): Health {
  if (live.connection === "refused") return { kind: "refused" };
  if (live.lastFrameAt === 0) return live.connection === "lost" ? { kind: "lost", since: now } : { kind: "waiting" };
  if (live.connection !== "open") return { kind: "lost", since: live.lastFrameAt };
  const seconds = Math.floor(now - live.lastFrameAt);
  if (seconds >= LATE_SECONDS) return { kind: "late", seconds };
  const links = Object.values(live.entities.links);
  if (links.length === 0) return { kind: "no_link" };
  const bad = worst(links);
  if (!bad || bad.state === "live") return { kind: "live" };
  return { kind: "link", pbx: bad.pbx, state: bad.state, since: bad.since, detail: bad.detail };
}

/** Rendered again each second: lateness grows while nothing comes. */
export function useHealth(): Health {
  useSecond();
  const connection = useLive((live) => live.connection);
  const links = useLive((live) => live.entities.links);
  const { lastFrameAt, entities } = useLive.getState();
  return healthOf({ connection, lastFrameAt, entities: { ...entities, links } }, serverNow());
}

/** When what is shown of `pbx` stopped being true; null while it is true. Timers stop there. */
export function frozenAt(live: Live, pbx: string, now: Instant): Instant | null {
  if (live.lastFrameAt > 0 && (live.connection !== "open" || now - live.lastFrameAt >= LATE_SECONDS)) {
    return live.lastFrameAt;
  }
  const link = live.entities.links[pbx];
  return link && link.state !== "live" ? link.since : null;
}
