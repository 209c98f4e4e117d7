import { useTranslation } from "react-i18next";
import { useFormat, useZone } from "../api/queries";
import type { Instant } from "../api/shapes";
import { useFilterWord } from "../calls/facets";
import { type Asked, searchOf, setFields } from "../calls/search";

/** A search as it was asked at a moment, in words: the time, then what is set. */
export function SearchWords({ of, at }: { of: Asked; at: Instant }) {
  const { t } = useTranslation();
  const format = useFormat();
  const search = searchOf(of, useZone());
  const word = useFilterWord(search);
  const time = t("exports.span", {
    from: typeof of.from === "number" ? format.dateMinute(of.from) : t("exports.fromBeginning"),
    to: format.dateMinute(typeof of.to === "number" ? of.to : at),
  });
  return <>{[time, ...setFields(search).map(word)].join(" · ")}</>;
}
