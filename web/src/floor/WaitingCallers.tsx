import { IconAlertTriangleFilled } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useShallow } from "zustand/shallow";
import { useFormat, useSettings } from "../api/queries";
import type { Visit } from "../api/shapes";
import { duration } from "../format";
import { ALL, useFrozen } from "../live/health";
import { useEntity, useLive } from "../live/store";
import { useAge } from "../live/Timer";
import { urgency } from "./filters";
import classes from "./WaitingCallers.module.css";

/** Used until the settings have come, and for a queue that they do not name (the server's own default). */
const USUAL_THRESHOLD_SECONDS = 15;

function useThreshold(pbx: string, queue: string): number {
  const settings = useSettings().data;
  const found = settings?.queues.find((item) => item.pbx === pbx && item.queue === queue);
  return found?.service_level_seconds ?? USUAL_THRESHOLD_SECONDS;
}

function Caller({ visit }: { visit: Visit }) {
  const { t } = useTranslation();
  const format = useFormat();
  const label = useLive((live) => live.entities.queues[`${visit.pbx}/${visit.queue}`]?.label) || visit.queue;
  const age = useAge(visit.joined_at, visit.pbx);
  const isStale = useFrozen(visit.pbx) !== null;
  const threshold = useThreshold(visit.pbx, visit.queue);
  const state = urgency(age, threshold);
  const time = format.time(visit.joined_at);
  return (
    <li className={classes.caller} data-urgency={state} data-stale={isStale || undefined}>
      <span className={`num ${classes.position}`} title={t("floor.position", { count: visit.position })}>
        {visit.position}
      </span>
      <span className={classes.who}>
        <span className="num">{visit.number || t("floor.withheld")}</span>
        <small>
          {[label, visit.caller_name].filter(Boolean).join(" · ")}
          <span className="visually-hidden"> {t("floor.waitingSince", { time })}</span>
        </small>
      </span>
      <span className={classes.wait} title={t("floor.waitingSince", { time })}>
        {state === "over" && (
          <IconAlertTriangleFilled size={12} aria-label={t("floor.overThreshold", { count: threshold })} />
        )}
        <span className="num">{duration(Math.floor(age))}</span>
      </span>
      <span className={classes.bar} aria-hidden>
        <span style={{ transform: `scaleX(${Math.min(1, age / threshold)})` }} />
      </span>
    </li>
  );
}

function LiveCaller({ id }: { id: string }) {
  const visit = useEntity("visits", id);
  return visit ? <Caller visit={visit} /> : null;
}

/** Who waits now, the longest wait first. */
export function WaitingCallers({ scope }: { scope: string }) {
  const { t } = useTranslation();
  const ids = useLive(
    useShallow((live) =>
      Object.entries(live.entities.visits)
        .filter(([, visit]) => scope === "" || `${visit.pbx}/${visit.queue}` === scope)
        .sort(([, a], [, b]) => a.joined_at - b.joined_at)
        .map(([id]) => id),
    ),
  );
  const pbx = useLive((live) => live.entities.queues[scope]?.pbx ?? ALL);
  const isStale = useFrozen(pbx) !== null;
  if (ids.length === 0) return <p className={classes.none}>{isStale ? t("floor.notKnown") : t("floor.nobodyWaits")}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
    <ol className={classes.callers} tabIndex={0} aria-label={t("floor.waitingCallers")}>
      {ids.map((id) => (
        <LiveCaller key={id} id={id} />
      ))}
    </ol>
  );
}
