import type { ReactNode, RefObject } from "react";
import { useTranslation } from "react-i18next";
import { useZone } from "../api/queries";
import type { Instant } from "../api/shapes";
import { formatFor, NOTHING } from "../format";
import type { Language } from "../i18n";
import { serverNow } from "../live/clock";
import { Counted } from "./Counted";
import classes from "./Erasure.module.css";
import type { ErasureAlone } from "./erasures";
import { useKeptWord } from "./KeptList";

interface Props {
  erasure: ErasureAlone;
  language: Language;
  article: RefObject<HTMLElement | null>;
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What is handed out of an erasure that is done, on paper or as a file: it names nobody. */
export function Certificate({ erasure, language, article }: Props) {
  const { t } = useTranslation("panel", { lng: language });
  const zone = useZone();
  const format = formatFor(language, zone);
  const keptWord = useKeptWord(language);
  const moment = (at: Instant) => t("erasure.moment", { date: format.date(at), time: format.time(at), zone });
  return (
    <article ref={article} lang={language === "zh" ? "zh-CN" : "en"} className={`panel ${classes.certificate}`}>
      <h2>{t("erasure.certificate")}</h2>
      <dl>
        <Fact label={t("erasure.number")}>{erasure.id}</Fact>
        <Fact label={t("erasure.reference")}>{erasure.reference}</Fact>
        <Fact label={t("erasure.reason")}>{erasure.reason}</Fact>
        <Fact label={t("erasure.askedBy")}>{erasure.by}</Fact>
        <Fact label={t("erasure.asked")}>{moment(erasure.at)}</Fact>
        <Fact label={t("erasure.done")}>{erasure.ended_at === null ? NOTHING : moment(erasure.ended_at)}</Fact>
        <Fact label={t("erasure.numbers")}>{erasure.ends.map((end) => t("erasure.endsIn", { end })).join(", ")}</Fact>
        {erasure.digests.length > 0 && (
          <Fact label={t("erasure.digests")}>
            {erasure.digests.map((digest) => (
              <code key={digest}>{digest}</code>
            ))}
          </Fact>
        )}
      </dl>
      <p>{t("erasure.statement", { at: moment(erasure.at) })}</p>
      <h3>{t("erasure.gone")}</h3>
      <Counted counts={erasure.counts} language={language} />
      <h3>{t("erasure.stays")}</h3>
      <ul>
        {erasure.kept.map((one) => (
          <li key={one.kind}>{keptWord(one)}</li>
        ))}
      </ul>
      <p>{t("erasure.check")}</p>
      <p className={classes.written}>{t("erasure.written", { at: moment(serverNow()) })}</p>
    </article>
  );
}
