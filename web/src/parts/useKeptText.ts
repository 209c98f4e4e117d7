/** Text that is typed and not saved yet, kept in this browser: over a reload, and for every window of it. */

import { useEffect, useRef, useState } from "react";

/** What nobody came back to is forgotten: it tells of customers. */
export const KEPT_MS = 2 * 86_400_000;

/** How what is kept is read, without what is too old by `now` (ms); what cannot be read is as if nothing were kept. */
export type Read<T> = (text: string | null, now: number) => T;
type Change<T> = (kept: T) => T;

/** Keeps it in this browser; false where there is no room. */
export function keepText(place: string, text: string): boolean {
  try {
    localStorage.setItem(place, text);
    return true;
  } catch {
    return false;
  }
}

/** Keeps what these changes make of what is kept: another window may have typed, too. False where there is no room. */
export function keepAt<T>(place: string, read: Read<T>, changes: readonly Change<T>[]): { next: T; isKept: boolean } {
  const next = changes.reduce((kept, change) => change(kept), read(localStorage.getItem(place), Date.now()));
  return { next, isKept: keepText(place, JSON.stringify(next)) };
}

/** Forgets what is too old at every place whose name begins so: whoever typed it may never sign in here again. */
export function forgetOld<T>(places: string, read: Read<T>): void {
  for (const place of Object.keys(localStorage)) if (place.startsWith(places)) keepAt(place, read, []);
}

/** What `user` has typed; `isKept` is false while it is in this page alone, and lost with it. */
export function useKeptText<T>(places: string, user: string, read: Read<T>) {
  const place = `${places}${user}`;
  const [kept, setKept] = useState(() => read(localStorage.getItem(place), Date.now()));
  const [isKept, setIsKept] = useState(true);
  const waiting = useRef<Change<T>[]>([]); // for room: tried again with the next one
  useEffect(() => forgetOld(places, read), [places, read]);
  function keep(change: Change<T>) {
    waiting.current = [...waiting.current, change];
    const now = keepAt(place, read, waiting.current);
    if (now.isKept) waiting.current = [];
    setKept(now.next);
    setIsKept(now.isKept);
  }
  return { kept, isKept, keep };
}
