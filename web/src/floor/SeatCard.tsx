import { IconDeviceMobileX, IconHandStop, IconPlayerPause } from "@tabler/icons-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { AlertMark } from "../alerts/AlertMark";
import { useQueueWord } from "../api/queries";
import type { Seat } from "../api/shapes";
import { ALL, useFrozen } from "../live/health";
import { useEntity } from "../live/store";
import { Timer } from "../live/Timer";
import { DirectionArrow } from "../parts/DirectionArrow";
import { nameOf } from "../seats/seats";
import { isVacant, oddDevice } from "./filters";
import classes from "./SeatCard.module.css";
import { SeatGlyph } from "./SeatGlyph";
import { usePauseReason } from "./usePauseReason";

export function useDeviceWord(): (device: string) => string {
  const { t } = useTranslation();
  return (device) => t(`device.${device as "busy"}`, { defaultValue: device });
}

/** A pause that waits for the end of the call; the PBX may name its reason. */
export function pendingPause(seat: Seat): { reason: string } | null {
  if (!seat.pause_pending || seat.state === "unreachable") return null;
  return { reason: seat.pause_pending === true ? "" : seat.pause_pending };
}

/** The third line: the call, then what deserves a word: a pause to come, a phone that is not as the state says. */
function Extra({ seat, id }: { seat: Seat; id: string }) {
  const { t } = useTranslation();
  const reason = usePauseReason();
  const device = useDeviceWord();
  const pending = pendingPause(seat);
  const odd = oddDevice(seat);
  return (
    <span className={classes.extra}>
      <HelpMark seat={seat} />
      <AlertMark kind="seats" id={id} />
      {seat.direction && <DirectionArrow direction={seat.direction} />}
      {seat.number && <span className={`num ${classes.clip}`}>{seat.number}</span>}
      {odd !== null && (
        <span className={classes.warn} title={t("seat.phone", { device: device(odd) })}>
          <IconDeviceMobileX size={13} aria-hidden />
          {t("seat.phone", { device: device(odd) })}
        </span>
      )}
      {pending !== null && (
        <span className={classes.mark} title={t("seat.pausePending", { reason: reason(pending.reason) })}>
          <IconPlayerPause size={12} aria-label={t("seat.pending")} />
          {reason(pending.reason) || t("seat.pauseNext")}
        </span>
      )}
    </span>
  );
}

/** The agent asks for help: by shape, and in words. */
function HelpMark({ seat }: { seat: Seat }) {
  const { t } = useTranslation();
  const { help_since: since } = seat;
  if (since === null) return null;
  const word = seat.help_by ? t("help.onTheWay", { name: seat.help_by }) : t("help.asked");
  return (
    <span className={classes.help} title={word}>
      <IconHandStop size={14} aria-hidden />
      <span className="visually-hidden">{word}</span>
      <Timer since={since} pbx={seat.pbx} />
    </span>
  );
}

function useStateLine(seat: Seat | undefined): string {
  const { t } = useTranslation();
  const reason = usePauseReason();
  const queueWord = useQueueWord();
  if (!seat) return "";
  if (isVacant(seat) && seat.state === "signed_out") return t("seat.deskFree");
  const queue = seat.queue && queueWord(seat.pbx, seat.queue);
  return [t(`seat.state.${seat.state}`), seat.reason && reason(seat.reason), queue].filter(Boolean).join(" · ");
}

interface CardProps {
  id: string;
  compact: boolean;
  /** Whether it is one of several that are chosen; undefined while seats are opened and not chosen. */
  isChosen: boolean | undefined;
  onPress: (id: string, isSpan: boolean) => void;
}

function SeatCardOf({ id, compact, isChosen, onPress }: CardProps) {
  const seat = useEntity("seats", id);
  const state = useStateLine(seat);
  const isStale = useFrozen(seat?.pbx ?? ALL) !== null;
  if (!seat) return null;
  const name = nameOf(seat);
  return (
    <button
      type="button"
      className={classes.card}
      data-state={seat.state}
      data-seat={id}
      data-compact={compact || undefined}
      data-stale={isStale || undefined}
      aria-pressed={isChosen}
      onClick={(event) => onPress(id, event.shiftKey)}
    >
      <SeatGlyph state={seat.state} small={compact} />
      <span className={classes.body}>
        <span className={classes.first}>
          <strong className={classes.clip}>{name}</strong>
          {seat.state !== "signed_out" && <Timer since={seat.since} pbx={seat.pbx} />}
        </span>
        <span className={classes.second}>
          <span className={classes.state}>{state}</span>
          {compact && <HelpMark seat={seat} />}
          {compact && <AlertMark kind="seats" id={id} short />}
          {!compact && seat.agent_number && (
            <span className={`num ${classes.number}`}>
              {[seat.agent_number, seat.desk_label].filter(Boolean).join(" · ")}
            </span>
          )}
        </span>
        {!compact && <Extra seat={seat} id={id} />}
      </span>
    </button>
  );
}

export const SeatCard = memo(SeatCardOf);
