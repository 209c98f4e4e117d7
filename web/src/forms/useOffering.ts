import { useEffect, useRef, useState } from "react";
import type { Instant } from "../api/shapes";
import { serverNow } from "../live/clock";
import type { Mine, Offer } from "./forms";
import { ranOut } from "./offering";
import { keepGoesOn, keptGoesOn, useAccept, useNextOffer, useSkip } from "./offers";

/** What came of the last thing that was asked, as far as the agent should know. */
export type News =
  | { kind: "nothing_due"; at: Instant }
  | { kind: "ran_out"; wasOn: boolean }
  | { kind: "refused"; error: Error };

/** The offers to an agent: asks for them, answers them, and knows when one ran out with nobody there. */
export function useOffering(agent: string, mine: Mine | undefined) {
  const [goesOn, setGoesOn] = useState(keptGoesOn);
  const [news, setNews] = useState<News | null>(null);
  // Nothing is asked for at once when a number is typed or the page is opened: it may be half a number still.
  const askedAt = useRef(serverNow());
  const shown = useRef<Offer | null>(null);
  const answered = useRef<number | null>(null);
  const next = useNextOffer(agent);
  const accepting = useAccept();
  const skipping = useSkip();
  const goOn = (isOn: boolean) => {
    setGoesOn(isOn);
    keepGoesOn(isOn);
  };
  useEffect(() => {
    if (!mine) return;
    const before = shown.current;
    shown.current = mine.offer;
    if (!ranOut(before, mine, answered.current, serverNow())) return;
    setNews({ kind: "ran_out", wasOn: keptGoesOn() });
    setGoesOn(false);
    keepGoesOn(false);
  }, [mine]);
  const told = {
    onSuccess: () => setNews(null),
    onError: (error: Error) => setNews({ kind: "refused", error }),
  };
  const answers = (offer: number) => {
    answered.current = offer;
    askedAt.current = serverNow();
  };
  return {
    goesOn,
    goOn,
    news,
    askedAt,
    isAsking: next.isPending,
    isCalling: accepting.isPending,
    isSkipping: skipping.isPending,
    ask: () => {
      askedAt.current = serverNow();
      next.mutate(undefined, {
        ...told,
        onSuccess: (offer) => setNews(offer ? null : { kind: "nothing_due", at: serverNow() }),
      });
    },
    accept: (offer: number) => {
      answers(offer);
      accepting.mutate(offer, told);
    },
    skip: (offer: number, reason: string) => {
      answers(offer);
      skipping.mutate({ offer, reason }, told);
    },
  };
}

export type Offering = ReturnType<typeof useOffering>;
