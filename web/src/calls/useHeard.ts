import { type RefObject, useEffect, useMemo, useRef } from "react";
import type { Stretch } from "../api/shapes";
import { played } from "./heard";

/** How often a long play is told while it goes on. */
const TOLD_MS = 120_000;
/** Many short spans are told before there are too many for one report. */
const MOST_SPANS = 100;

/** What is told of one play is told under this word. */
function newPlay(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
}

/**
 * Tells the server which spans are played of the recording or clip at `path`: at each pause, in the midst of a long
 * play, and when the page is left.
 */
export function useHeard(audio: RefObject<HTMLAudioElement | null>, path: string, onTold?: () => void): string {
  const { play } = useMemo(() => ({ path, play: newPlay() }), [path]);
  const told = useRef(onTold);
  told.current = onTold;
  useEffect(() => {
    const element = audio.current;
    if (!element) return;
    let spans: Stretch[] = [];
    let at = element.currentTime;
    const tell = () => {
      if (spans.length === 0) return;
      const body = JSON.stringify({ spans });
      spans = [];
      // What is told while the page is left must outlive it.
      void fetch(`${path}/plays/${play}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Requested-With": "callcenter" },
        body,
        keepalive: true,
      })
        .then(() => told.current?.())
        .catch(() => undefined);
    };
    const moved = () => {
      const now = element.currentTime;
      if (!element.seeking) spans = played(spans, at, now);
      at = now;
      if (spans.length >= MOST_SPANS) tell();
    };
    const jumped = () => {
      at = element.currentTime;
    };
    const paused = () => {
      moved();
      tell();
    };
    const listeners = { timeupdate: moved, seeking: jumped, seeked: jumped, play: jumped, pause: paused, ended: tell };
    for (const [name, listener] of Object.entries(listeners)) element.addEventListener(name, listener);
    const timer = window.setInterval(tell, TOLD_MS);
    window.addEventListener("pagehide", tell);
    return () => {
      for (const [name, listener] of Object.entries(listeners)) element.removeEventListener(name, listener);
      window.clearInterval(timer);
      window.removeEventListener("pagehide", tell);
      tell();
    };
  }, [audio, path, play]);
  return play;
}
