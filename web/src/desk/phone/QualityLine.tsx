import { useTranslation } from "react-i18next";
import { useFormat } from "../../api/queries";
import classes from "./Phone.module.css";
import { gradeOf } from "./quality";
import { usePhone } from "./state";

/** How good the connection is; the score's source stands in its hint and in the guide. */
export function QualityLine() {
  const { t } = useTranslation();
  const format = useFormat();
  const quality = usePhone((phone) => phone.quality);
  if (!quality) return null;
  const milliseconds = (seconds: number) => t("phone.milliseconds", { count: Math.round(seconds * 1000) });
  const grade = gradeOf(quality.mos);
  return (
    <dl className={classes.quality}>
      <div>
        <dt title={t("phone.mosSource")}>{t("phone.mos")}</dt>
        <dd className="num" data-grade={grade}>
          {quality.mos.toFixed(1)} · {t(`phone.grade.${grade}`)}
        </dd>
      </div>
      <div>
        <dt>{t("phone.rtt")}</dt>
        <dd className="num">{milliseconds(quality.rtt)}</dd>
      </div>
      <div>
        <dt>{t("phone.jitter")}</dt>
        <dd className="num">{milliseconds(quality.jitter)}</dd>
      </div>
      <div>
        <dt>{t("phone.loss")}</dt>
        <dd className="num">
          {t("phone.lossBoth", { received: format.share(quality.receivedLoss), sent: format.share(quality.sentLoss) })}
        </dd>
      </div>
    </dl>
  );
}
