import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { Seat } from "../api/shapes";
import { usePauseReason } from "../floor/usePauseReason";
import { ALL, useFrozen } from "../live/health";
import { useStateInTitle } from "../parts/useTitle";
import { favicon, UNKNOWN_STATE } from "./desk";

/** What the tab says; a state that is not heard of any more is not said: a tab has no room for "until when". */
function useWords(seat: Seat | undefined, isFrozen: boolean): string[] {
  const { t } = useTranslation();
  const reason = usePauseReason();
  if (!seat) return [];
  if (isFrozen) return [t("desk.noConnection")];
  return [t(`seat.state.${seat.state}`), seat.state === "paused" ? reason(seat.reason) : seat.number];
}

/** The tab beside the CRM tells the state, by word and by mark; the panel's own mark comes back afterwards. */
export function useTab(seat: Seat | undefined): void {
  const isFrozen = useFrozen(seat?.pbx ?? ALL) !== null;
  useStateInTitle(useWords(seat, isFrozen).filter(Boolean).join(" · "));
  const mark = seat && favicon(isFrozen ? UNKNOWN_STATE : seat.state);
  useEffect(() => {
    const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (!link || !mark) return;
    const before = link.href;
    link.href = mark;
    return () => {
      link.href = before;
    };
  }, [mark]);
}
