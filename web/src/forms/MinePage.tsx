import { TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat, useSession } from "../api/queries";
import { useLive } from "../live/store";
import { Failure } from "../parts/Failure";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import classes from "./Forms.module.css";
import { keepAgent, keptAgent, type Standing, useMine } from "./forms";
import { RecordForm } from "./RecordForm";

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

/** Whose callbacks: the number that this browser was told, or the account's own name where that is an agent's. */
function useAgent(): [string, (agent: string) => void] {
  const { username } = useSession().user;
  const isAgent = useLive((live) => Object.values(live.entities.seats).some((seat) => seat.agent_number === username));
  const [chosen, choose] = useState(keptAgent);
  return [
    chosen || (isAgent ? username : ""),
    (agent) => {
      keepAgent(agent);
      choose(agent);
    },
  ];
}

function Mine({ agent }: { agent: string }) {
  const { t } = useTranslation();
  const mine = useMine(agent);
  if (agent === "") return <Empty title={t("forms.whoAreYou")} text={t("forms.whoAreYouText")} />;
  if (mine.isPending) return <RowsSkeleton rows={6} />;
  if (mine.isError) return <Failure error={mine.error} onRetry={() => void mine.refetch()} />;
  const { sheet, standing } = mine.data;
  return (
    <>
      <Standings standing={standing} />
      {sheet?.attempt ? (
        <RecordForm attempt={sheet.attempt.id} />
      ) : (
        <Empty title={t("forms.noCallback")} text={t("forms.noCallbackText")} />
      )}
    </>
  );
}

/** The callback that the agent at this browser is talking in, or had last, with its form. */
export default function MinePage() {
  const { t } = useTranslation();
  const [agent, choose] = useAgent();
  useEffect(() => {
    document.title = `${t("page.mine")} · callcenter`;
  }, [t]);
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <h1>{t("page.mine")}</h1>
        <TextInput
          size="xs"
          label={t("seat.agentNumber")}
          inputMode="numeric"
          maxLength={32}
          value={agent}
          onChange={(event) => choose(event.currentTarget.value.replace(/\D/g, ""))}
        />
      </div>
      <Mine agent={agent} />
    </div>
  );
}
