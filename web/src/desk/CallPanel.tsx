import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { useShallow } from "zustand/shallow";
import { useQueueWord } from "../api/queries";
import type { Seat, Visit } from "../api/shapes";
import { duration, NOTHING } from "../format";
import { serverNow } from "../live/clock";
import { useLive } from "../live/store";
import { Timer } from "../live/Timer";
import { DirectionArrow } from "../parts/DirectionArrow";
import { RecordingPause } from "../seats/RecordingPause";
import { isInCall, listeningTo } from "../seats/seats";
import { CallControls } from "./CallControls";
import classes from "./Desk.module.css";
import { callerOf } from "./desk";

interface Caller {
  callId: string;
  name: string;
  joinedAt: number;
  /** When the wait ended: the first moment at which he was no longer waiting. */
  until: number | null;
}

/** Name and wait are the queue's, which forgets a caller who is answered: kept for as long as the call is here. */
function useCaller(seat: Seat): Caller | null {
  const visit: Visit | null = useLive((live) => callerOf(live.entities.visits, seat));
  const kept = useRef<Caller | null>(null);
  if (visit) kept.current = { callId: visit.call_id, name: visit.caller_name, joinedAt: visit.joined_at, until: null };
  const caller = kept.current?.callId === seat.call_id ? kept.current : null;
  if (caller && !visit && caller.until === null) caller.until = serverNow();
  return caller;
}

/** That somebody listens, where the settings have agents told; nothing comes here where they do not. */
function Listeners({ seat }: { seat: Seat }) {
  const { t } = useTranslation();
  const modes = useLive(useShallow((live) => listeningTo(live.entities.listenings, seat).map((one) => one.mode)));
  return <p role="status">{[...new Set(modes)].map((mode) => t(`listening.toYou.${mode}`)).join(" ")}</p>;
}

/** The call in front of the agent. */
export function CallPanel({ seat }: { seat: Seat }) {
  const { t } = useTranslation();
  const queueWord = useQueueWord();
  const caller = useCaller(seat);
  if (!isInCall(seat)) return null;
  return (
    <section className={`panel ${classes.call}`} aria-label={t("desk.call")} data-state={seat.state}>
      <div className={classes.who}>
        {seat.direction && <DirectionArrow direction={seat.direction} />}
        <strong className="num">{seat.number || t("floor.withheld")}</strong>
        {caller?.name && <span>{caller.name}</span>}
      </div>
      <Listeners seat={seat} />
      <dl className={classes.facts}>
        <div>
          <dt>{t("floor.queue")}</dt>
          <dd>{seat.queue ? queueWord(seat.pbx, seat.queue) : t("seat.outsideQueues")}</dd>
        </div>
        <div>
          <dt>{t("desk.waited")}</dt>
          <dd className="num">{caller ? <Waited caller={caller} pbx={seat.pbx} /> : NOTHING}</dd>
        </div>
        <div>
          <dt>{t(`seat.state.${seat.state}`)}</dt>
          <dd>
            <Timer since={seat.since} pbx={seat.pbx} />
          </dd>
        </div>
      </dl>
      {seat.call_id && <CallControls key={`controls ${seat.call_id}`} seat={seat} callId={seat.call_id} />}
      <RecordingPause key={seat.call_id} seat={seat} size="md" />
    </section>
  );
}

function Waited({ caller, pbx }: { caller: Caller; pbx: string }) {
  if (caller.until === null) return <Timer since={caller.joinedAt} pbx={pbx} />;
  return <>{duration(Math.max(0, Math.floor(caller.until - caller.joinedAt)))}</>;
}
