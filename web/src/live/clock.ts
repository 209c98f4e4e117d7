/** Server time in the browser. Running timers count from server instants, so a wrong wall clock does no harm. */

import { useSyncExternalStore } from "react";

/** How many frames vote on the offset: enough to outlive one slow frame, few enough to follow a corrected clock. */
const VOTES = 30;

const votes: number[] = [];
let offset = 0;

/** A frame stamped `at` has just come. It was under way for a while, so the largest difference is the truest. */
export function hear(at: number, receivedAt: number = Date.now() / 1000): void {
  votes.push(at - receivedAt);
  if (votes.length > VOTES) votes.shift();
  offset = Math.max(...votes);
}

export function forget(): void {
  votes.length = 0;
}

export function serverNow(): number {
  return Date.now() / 1000 + offset;
}

const listeners = new Set<() => void>();
let second = Math.floor(serverNow());
let timer: ReturnType<typeof setInterval> | null = null;

function tick(): void {
  const now = Math.floor(serverNow());
  if (now === second) return;
  second = now;
  for (const listener of listeners) listener();
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, 250);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && timer !== null) {
      clearInterval(timer);
      timer = null;
    }
  };
}

export function currentSecond(): number {
  if (timer === null) second = Math.floor(serverNow());
  return second;
}

/** The server's time in whole seconds; the component renders again each second. */
export function useSecond(): number {
  return useSyncExternalStore(subscribe, currentSecond);
}
