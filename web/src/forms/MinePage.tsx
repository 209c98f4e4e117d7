import { TextInput } from "@mantine/core";
import { IconPhoneCall } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat, useSession } from "../api/queries";
import { duration } from "../format";
import { useLive } from "../live/store";
import { Failure } from "../parts/Failure";
import { useTitle } from "../parts/useTitle";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import classes from "./Forms.module.css";
import { keepAgent, keptAgent, type Offer, type Sheet, type Standing, useMine } from "./forms";
import { NextCallback } from "./NextCallback";
import { OfferCard } from "./OfferCard";
import offers from "./Offers.module.css";
import { isFree } from "./offering";
import { Promised } from "./Promised";
import { RecordForm } from "./RecordForm";
import { useOffering } from "./useOffering";

function Standings({ standing }: { standing: Standing }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <dl className={classes.standing} aria-label={t("forms.thisHour")}>
      <div>
        <dt>{t("forms.completedThisHour")}</dt>
        <dd className="num">
          {standing.goal > 0
            ? t("forms.ofGoal", { count: standing.completed, goal: standing.goal })
            : format.number(standing.completed)}
        </dd>
      </div>
      {standing.rank !== null && (
        <div>
          <dt>{t("forms.rank")}</dt>
          <dd className="num">{t("forms.rankOf", { rank: standing.rank, agents: standing.agents })}</dd>
        </div>
      )}
    </dl>
  );
}

/** Whose callbacks: those of the agent who this account is, else of the number that this browser was told. */
function useAgent(): [string, (agent: string) => void] {
  const { agent_number } = useSession().user;
  const [chosen, choose] = useState(keptAgent);
  return [
    agent_number ?? chosen,
    (agent) => {
      keepAgent(agent);
      choose(agent);
    },
  ];
}

/** The callback under way or last had: the phone rings, or there is something to write down. */
function Last({ sheet, agent }: { sheet: Sheet | null; agent: string }) {
  const { t } = useTranslation();
  // The attempt is told how it went when it is over; that the phone rings is known on the floor.
  const isRinging = useLive((live) =>
    Object.values(live.entities.seats).some((seat) => seat.agent_number === agent && seat.state === "ringing"),
  );
  if (!sheet?.attempt) return <Empty title={t("forms.noCallback")} text={t("forms.noCallbackText")} />;
  const { id, ended_at } = sheet.attempt;
  return (
    <>
      {isRinging && ended_at === null && (
        <p className={offers.ringing} role="status">
          <IconPhoneCall size={18} aria-hidden />
          {t("offer.ringing")}
        </p>
      )}
      <RecordForm attempt={id} />
    </>
  );
}

/** Says once what has come before the agent, to who does not see it. */
function Announced({ offer }: { offer: Offer | null }) {
  const { t } = useTranslation();
  const name = offer?.sheet.target.name || t("forms.nameless");
  return (
    <p className="visually-hidden" aria-live="polite">
      {offer &&
        t("offer.announced", { name, list: offer.sheet.list.name, time: duration(offer.until - offer.offered_at) })}
    </p>
  );
}

/** The callbacks of one agent. */
export function Mine({ agent }: { agent: string }) {
  const { t } = useTranslation();
  const mine = useMine(agent);
  const offering = useOffering(agent, mine.data);
  if (agent === "") return <Empty title={t("forms.whoAreYou")} text={t("forms.whoAreYouText")} />;
  if (mine.isPending) return <RowsSkeleton rows={6} />;
  if (mine.isError) return <Failure error={mine.error} onRetry={() => void mine.refetch()} />;
  const { sheet, offer, standing } = mine.data;
  const isOver = isFree(sheet);
  return (
    <>
      <Standings standing={standing} />
      <Announced offer={offer} />
      {offer && <OfferCard key={offer.id} offer={offer} offering={offering} />}
      {!offer && isOver && <NextCallback offering={offering} last={sheet} />}
      {!(offer && isOver) && <Last sheet={sheet} agent={agent} />}
      <Promised agent={agent} isFree={!offer && isOver} />
    </>
  );
}

/** The callback that the agent at this browser looks at, is talking in, or had last, with its form. */
export default function MinePage() {
  const { t } = useTranslation();
  const { agent_number } = useSession().user;
  const [agent, choose] = useAgent();
  useTitle(t("page.mine"));
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <h1>{t("page.mine")}</h1>
        {agent_number === null && (
          <TextInput
            size="xs"
            label={t("seat.agentNumber")}
            inputMode="numeric"
            maxLength={32}
            value={agent}
            onChange={(event) => choose(event.currentTarget.value.replace(/\D/g, ""))}
          />
        )}
      </div>
      <Mine key={agent} agent={agent} />
    </div>
  );
}
