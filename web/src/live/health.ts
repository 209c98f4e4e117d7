/** Whether what is shown is true now, and if not, until when it was. */

import { useSyncExternalStore } from "react";
import type { Instant, Link, LinkState } from "../api/shapes";
import { currentSecond, serverNow, subscribe, useSecond } from "./clock";
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

/** Every PBX: what is counted over all of them is the past as soon as one of them is. */
export const ALL = "*";

/** When what is shown of `pbx` stopped being true; null while it is true. Timers stop there. */
export function frozenAt(
  live: Pick<Live, "connection" | "lastFrameAt" | "entities">,
  pbx: string,
  now: Instant,
): Instant | null {
  if (live.lastFrameAt > 0 && (live.connection !== "open" || now - live.lastFrameAt >= LATE_SECONDS)) {
    return live.lastFrameAt;
  }
  const { links } = live.entities;
  const concerned = pbx === ALL ? Object.values(links) : [links[pbx]];
  const broken = concerned.filter((link) => link !== undefined && link.state !== "live");
  return broken.length === 0 ? null : Math.min(...broken.map((link) => link?.since ?? now));
}

function subscribeToBoth(listener: () => void): () => void {
  const stops = [subscribe(listener), useLive.subscribe(listener)];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Renders only when `pbx` becomes the past or the present again. */
export function useFrozen(pbx: string): Instant | null {
  return useSyncExternalStore(subscribeToBoth, () => frozenAt(useLive.getState(), pbx, currentSecond()));
}
