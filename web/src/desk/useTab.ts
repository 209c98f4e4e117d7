import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { Seat } from "../api/shapes";
import { usePauseReason } from "../floor/usePauseReason";
import { favicon } from "./desk";

/** The tab beside the CRM tells the state, by word and by mark; the panel's own mark comes back afterwards. */
export function useTab(seat: Seat | undefined): void {
  const { t } = useTranslation();
  const reason = usePauseReason();
  const words = seat
    ? [t(`seat.state.${seat.state}`), seat.state === "paused" ? reason(seat.reason) : seat.number]
    : [t("page.desk")];
  const title = `${words.filter(Boolean).join(" · ")} · callcenter`;
  const state = seat?.state;
  useEffect(() => {
    document.title = title;
  }, [title]);
  useEffect(() => {
    const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (!link || !state) return;
    const before = link.href;
    link.href = favicon(state);
    return () => {
      link.href = before;
    };
  }, [state]);
}
