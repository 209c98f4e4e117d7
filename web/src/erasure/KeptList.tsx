import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useZone } from "../api/queries";
import { callPath } from "../calls/path";
import { formatFor } from "../format";
import { type Language, useLanguage } from "../i18n";
import type { Kept } from "./erasures";

/** What stays and why, in words. */
export function useKeptWord(language: Language): (kept: Kept) => string {
  const { t } = useTranslation("panel", { lng: language });
  const format = formatFor(language, useZone());
  return (kept) => {
    switch (kept.kind) {
      case "held":
        return t("erasure.kept.held", { count: kept.count });
      case "do_not_call":
        return t("erasure.kept.do_not_call", { count: kept.count });
      case "journal":
        return t("erasure.kept.journal", { until: format.date(kept.until) });
      case "queue_log":
        return t("erasure.kept.queue_log");
    }
  };
}

/** What stays and why; calls that are held can be opened. */
export function KeptList({ kept }: { kept: Kept[] }) {
  const word = useKeptWord(useLanguage());
  return (
    <ul>
      {kept.map((one) => (
        <li key={one.kind}>
          {word(one)}
          {one.kind === "held" &&
            one.calls.map(({ pbx, call_id }) => (
              <span key={`${pbx} ${call_id}`}>
                {" "}
                <Link href={callPath(pbx, call_id)} className="num">
                  {call_id}
                </Link>
              </span>
            ))}
        </li>
      ))}
    </ul>
  );
}
