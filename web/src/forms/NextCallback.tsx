import { Button, Switch } from "@mantine/core";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useFormat, useSession } from "../api/queries";
import { serverNow, subscribe } from "../live/clock";
import classes from "./Forms.module.css";
import { keptDraft, type Sheet } from "./forms";
import offers from "./Offers.module.css";
import { ASKS_EVERY_SECONDS, asksNow } from "./offering";
import { Refusal } from "./Refusal";
import type { Offering } from "./useOffering";

/** What came of asking last, and when it is asked again. */
function Told({ offering: { news, goesOn } }: { offering: Offering }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (news?.kind === "refused") return <Refusal error={news.error} />;
  if (news?.kind === "ran_out") {
    return (
      <p className={offers.ranOut} role="status">
        {t("offer.ranOut")} {news.wasOn && t("offer.ranOutOff")}
      </p>
    );
  }
  if (news?.kind === "nothing_due") {
    return (
      <div className={offers.nothing} role="status">
        <strong>{t("offer.nothingDue")}</strong>
        <p>{t("offer.nothingDueText")}</p>
        <small className="muted">
          {goesOn
            ? t("offer.asksAgain", { seconds: ASKS_EVERY_SECONDS })
            : t("offer.askedAt", { time: format.time(news.at) })}
        </small>
      </div>
    );
  }
  return null;
}

interface Props {
  offering: Offering;
  last: Sheet | null;
}

/** Asks for the next offer while nothing is open, where that is switched on. */
function useGoingOn({ offering, last }: Props): void {
  const { username } = useSession().user;
  const { goesOn: isOn, isAsking, askedAt, ask } = offering;
  useEffect(() => {
    const look = () => {
      const hasDraft = last !== null && keptDraft(username, last.target.id) !== null;
      if (asksNow({ isOn, isAsking, hasDraft, askedAt: askedAt.current }, serverNow())) ask();
    };
    return subscribe(look);
  });
}

/** Where nothing is before the agent: the way to the next callback. */
export function NextCallback(props: Props) {
  const { t } = useTranslation();
  const { offering } = props;
  useGoingOn(props);
  return (
    <section className={`panel ${classes.sheet} ${offers.next}`} aria-labelledby="next-callback">
      <h2 id="next-callback">{t("offer.title")}</h2>
      <p className={offers.text}>{t("offer.text")}</p>
      <Told offering={offering} />
      <div className={offers.ask}>
        <Button loading={offering.isAsking && !offering.goesOn} onClick={offering.ask}>
          {t("offer.showNext")}
        </Button>
        <Switch
          label={t("offer.goOn")}
          description={t("offer.goOnHint")}
          checked={offering.goesOn}
          onChange={(event) => offering.goOn(event.currentTarget.checked)}
        />
      </div>
    </section>
  );
}
