import { Badge, Button } from "@mantine/core";
import { IconPhone } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../api/queries";
import { duration } from "../format";
import { useSecond } from "../live/clock";
import { Failure } from "../parts/Failure";
import classes from "./Forms.module.css";
import { type PromisedCallback, usePromised } from "./forms";
import offers from "./Offers.module.css";
import { overdueSeconds } from "./offering";
import { useCallPromised } from "./offers";
import { Refusal } from "./Refusal";

/** When it was promised for, and how long that is over. */
function Due({ at }: { at: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const late = overdueSeconds(at, useSecond());
  return (
    <span className={offers.due}>
      <time className="num">{format.dateMinute(at)}</time>
      {late !== null && (
        <Badge variant="light" color="red" tt="none" className="num">
          {t("offer.overdue", { time: duration(late) })}
        </Badge>
      )}
    </span>
  );
}

interface LineProps {
  callback: PromisedCallback;
  calling: ReturnType<typeof useCallPromised>;
  isFree: boolean;
}

function Line({ callback, calling, isFree }: LineProps) {
  const { t } = useTranslation();
  const { id, number, due_at, list, is_running } = callback;
  const name = callback.name || t("forms.nameless");
  const isAsked = calling.isPending && calling.variables === id;
  return (
    <li data-target={id}>
      <Due at={due_at} />
      <span className={offers.promisedTo}>
        <strong>{name}</strong>
        <small className="muted">
          <span className="num">{number}</span> · {list.name}
          {!is_running && ` · ${t("offer.notRunning")}`}
        </small>
      </span>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconPhone size={14} aria-hidden />}
        aria-label={t("offer.callNow", { name })}
        disabled={!isFree || (calling.isPending && !isAsked)}
        loading={isAsked}
        onClick={() => calling.mutate(id)}
      >
        {t("offer.call")}
      </Button>
    </li>
  );
}

interface Props {
  agent: string;
  /** Nothing else is before the agent. */
  isFree: boolean;
}

/** What the agent promised, in order of time, each to be called by one press, be it before its time. */
export function Promised({ agent, isFree }: Props) {
  const { t } = useTranslation();
  const promised = usePromised(agent);
  const calling = useCallPromised(agent);
  if (promised.isPending) return null;
  return (
    <section className={`panel ${classes.sheet} ${offers.next}`} aria-labelledby="promised-callbacks">
      <h2 id="promised-callbacks">{t("offer.mine")}</h2>
      {promised.isError && <Failure error={promised.error} onRetry={() => void promised.refetch()} />}
      {promised.data?.length === 0 && <p className={offers.text}>{t("offer.mineEmpty")}</p>}
      {calling.isError && <Refusal error={calling.error} />}
      {!isFree && promised.data?.length !== 0 && <p className={offers.text}>{t("offer.notNow")}</p>}
      <ul className={offers.promises}>
        {promised.data?.map((callback) => (
          <Line key={callback.id} callback={callback} calling={calling} isFree={isFree} />
        ))}
      </ul>
    </section>
  );
}
