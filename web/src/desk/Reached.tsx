import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { useQueueWord } from "../api/queries";
import type { Seat } from "../api/shapes";
import { SeatGlyph } from "../floor/SeatGlyph";
import { useFrozen } from "../live/health";
import { OnDesk, useMessagesNotified } from "../messages/OnDesk";
import { notify } from "./notify";
import { usePhone } from "./phone/state";
import classes from "./Reached.module.css";
import { useOwnSeat } from "./useOwnSeat";
import { useTab } from "./useTab";

const DESK = "/desk";

/** Who rings, and where they called: what is shown of a ring at the agent's phone; null while there is none. */
function useRing(seat: Seat | undefined): { callId: string; words: string } | null {
  const queueWord = useQueueWord();
  if (seat?.state !== "ringing" || seat.direction === "outbound" || !seat.call_id) return null;
  const words = [seat.number, seat.queue && queueWord(seat.pbx, seat.queue)].filter(Boolean).join(" · ");
  return { callId: seat.call_id, words };
}

/** Tells each call that rings, once, where notifications are switched on. */
function useRingNotified(ring: ReturnType<typeof useRing>): void {
  const { t } = useTranslation();
  const told = useRef<string | null>(null);
  useEffect(() => {
    if (ring && ring.callId !== told.current) {
      notify(t("seat.state.ringing"), ring.words, `ring-${ring.callId}`);
      told.current = ring.callId;
    }
  }, [ring, t]);
}

function Ring({ seat, words }: { seat: Seat; words: string }) {
  const { t } = useTranslation();
  const isFrozen = useFrozen(seat.pbx) !== null;
  const isAnsweredHere = usePhone(({ call }) => call?.state === "ringing"); // the phone in this tab says so itself
  if (isFrozen || isAnsweredHere) return null;
  return (
    <p className={classes.ring}>
      <SeatGlyph state="ringing" />
      <strong>{t("seat.state.ringing")}</strong>
      <span className={classes.words}>{words}</span>
      <Link href={DESK}>{t("desk.toDesk")}</Link>
    </p>
  );
}

/**
 * What reaches an agent on whatever page: rings and messages are notified, and the tab tells the state. Where the desk
 * is not before them, both stand under the header.
 */
export function Reached({ agent }: { agent: string }) {
  const [location] = useLocation();
  const { seat } = useOwnSeat(agent);
  const ring = useRing(seat);
  useTab(seat);
  useRingNotified(ring);
  useMessagesNotified();
  if (location === DESK) return null;
  return (
    <div className={classes.reached}>
      <div aria-live="polite">{seat && ring && <Ring seat={seat} words={ring.words} />}</div>
      <OnDesk isShort />
    </div>
  );
}
