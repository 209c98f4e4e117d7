import { IconAlertTriangleFilled } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useShallow } from "zustand/shallow";
import { useFormat, useMay, useSettings } from "../api/queries";
import type { Visit } from "../api/shapes";
import { duration } from "../format";
import { ALL, useFrozen } from "../live/health";
import { useEntity, useLive } from "../live/store";
import { useAge } from "../live/Timer";
import { CallerDialog } from "./CallerDialog";
import { type Asking, CallerMenu } from "./CallerMenu";
import type { Caller as Chosen } from "./callers";
import { urgency } from "./filters";
import classes from "./WaitingCallers.module.css";

/** Used until the settings have come, and for a queue that they do not name (the server's own default). */
const USUAL_THRESHOLD_SECONDS = 15;

function useThreshold(pbx: string, queue: string): number {
  const settings = useSettings().data;
  const found = settings?.queues.find((item) => item.pbx === pbx && item.queue === queue);
  return found?.service_level_seconds ?? USUAL_THRESHOLD_SECONDS;
}

type Ask = (asking: Asking, caller: Chosen) => void;

interface CallerProps {
  id: string;
  visit: Visit;
  /** None for those who may not act on callers. */
  onAsk: Ask | null;
}

function Caller({ id, visit, onAsk }: CallerProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const label = useLive((live) => live.entities.queues[`${visit.pbx}/${visit.queue}`]?.label) || visit.queue;
  const age = useAge(visit.joined_at, visit.pbx);
  const isStale = useFrozen(visit.pbx) !== null;
  const threshold = useThreshold(visit.pbx, visit.queue);
  const state = urgency(age, threshold);
  const time = format.time(visit.joined_at);
  return (
    <li
      className={classes.caller}
      data-urgency={state}
      data-stale={isStale || undefined}
      data-acts={onAsk !== null || undefined}
    >
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
      {onAsk && <CallerMenu caller={{ id, visit }} isAway={isStale} onAsk={(asking) => onAsk(asking, { id, visit })} />}
      <span className={classes.bar} aria-hidden>
        <span style={{ transform: `scaleX(${Math.min(1, age / threshold)})` }} />
      </span>
    </li>
  );
}

function LiveCaller({ id, onAsk }: { id: string; onAsk: Ask | null }) {
  const visit = useEntity("visits", id);
  return visit ? <Caller id={id} visit={visit} onAsk={onAsk} /> : null;
}

/** Who waits now, the longest wait first. A supervisor acts on each. */
export function WaitingCallers({ scope }: { scope: string }) {
  const [asked, setAsked] = useState<{ asking: Asking; caller: Chosen } | null>(null);
  const ask: Ask = (asking, caller) => setAsked({ asking, caller });
  const controls = useMay("control_seats");
  return (
    <>
      <Callers scope={scope} onAsk={controls ? ask : null} />
      {/* Outside the list: whoever is asked about may be gone from it. */}
      {asked && <CallerDialog {...asked} onClose={() => setAsked(null)} />}
    </>
  );
}

function Callers({ scope, onAsk }: { scope: string; onAsk: Ask | null }) {
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
        <LiveCaller key={id} id={id} onAsk={onAsk} />
      ))}
    </ol>
  );
}
