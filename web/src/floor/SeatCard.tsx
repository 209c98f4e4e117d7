import {
  IconArrowDownLeft,
  IconArrowsLeftRight,
  IconArrowUpRight,
  IconDeviceMobileX,
  IconPlayerPause,
} from "@tabler/icons-react";
import { memo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useSettings } from "../api/queries";
import type { Direction, Seat } from "../api/shapes";
import { useLabel } from "../i18n";
import { useSecond } from "../live/clock";
import { frozenAt } from "../live/health";
import { useEntity, useLive } from "../live/store";
import { Timer } from "../live/Timer";
import { oddDevice } from "./filters";
import classes from "./SeatCard.module.css";
import { SeatGlyph } from "./SeatGlyph";

const ARROWS = { inbound: IconArrowDownLeft, outbound: IconArrowUpRight, internal: IconArrowsLeftRight };

export function DirectionArrow({ direction, size = 14 }: { direction: Direction; size?: number }) {
  const { t } = useTranslation();
  const Arrow = ARROWS[direction];
  return <Arrow size={size} aria-label={t(`direction.${direction}`)} role="img" />;
}

export function useReason(): (code: string) => string {
  const reasons = useSettings().data?.pause_reasons ?? [];
  const label = useLabel();
  return (code) => {
    const known = reasons.find((reason) => reason.code === code);
    return known ? label(known) : code;
  };
}

export function useDeviceWord(): (device: string) => string {
  const { t } = useTranslation();
  return (device) => t(`device.${device as "busy"}`, { defaultValue: device });
}

function pendingReason(seat: Seat): string | null {
  if (!seat.pause_pending) return null;
  return seat.pause_pending === true ? "" : seat.pause_pending;
}

function CallLine({ seat }: { seat: Seat }) {
  const queue = useLive((live) => live.entities.queues[`${seat.pbx}/${seat.queue}`]?.label) || seat.queue;
  return (
    <>
      {seat.direction && <DirectionArrow direction={seat.direction} />}
      <span className={`num ${classes.clip}`}>{[seat.number, queue].filter(Boolean).join(" · ")}</span>
    </>
  );
}

/** The third line: the call, else what deserves a word. */
function Extra({ seat }: { seat: Seat }) {
  const { t } = useTranslation();
  const reason = useReason();
  const device = useDeviceWord();
  const lines: ReactNode[] = [];
  const pending = pendingReason(seat);
  const odd = oddDevice(seat);
  if (pending !== null) {
    lines.push(
      <span key="pending" className={classes.mark}>
        <IconPlayerPause size={13} aria-hidden />
        {t("seat.pausePending", { reason: reason(pending) })}
      </span>,
    );
  }
  if (odd !== null) {
    lines.push(
      <span key="odd" className={classes.warn}>
        <IconDeviceMobileX size={13} aria-hidden />
        {device(odd)}
      </span>,
    );
  }
  if (seat.number || seat.queue) lines.unshift(<CallLine key="call" seat={seat} />);
  return <span className={classes.extra}>{lines}</span>;
}

interface CardProps {
  id: string;
  compact: boolean;
  onOpen: (id: string) => void;
}

function SeatCardOf({ id, compact, onOpen }: CardProps) {
  const { t } = useTranslation();
  const reason = useReason();
  const seat = useEntity("seats", id);
  const now = useSecond();
  const isStale = useLive((live) => (seat ? frozenAt(live, seat.pbx, now) !== null : false));
  if (!seat) return null;
  const state = seat.reason
    ? `${t(`seat.state.${seat.state}`)} · ${reason(seat.reason)}`
    : t(`seat.state.${seat.state}`);
  const name = seat.agent_name || seat.agent_number || seat.interface;
  return (
    <button
      type="button"
      className={classes.card}
      data-state={seat.state}
      data-seat={id}
      data-compact={compact || undefined}
      data-stale={isStale || undefined}
      onClick={() => onOpen(id)}
    >
      <SeatGlyph state={seat.state} small={compact} />
      <span className={classes.body}>
        <span className={classes.first}>
          <strong className={classes.clip}>{name}</strong>
          {seat.state !== "signed_out" && <Timer since={seat.since} pbx={seat.pbx} />}
        </span>
        <span className={classes.second}>
          <span className={classes.state}>{state}</span>
          {!compact && seat.agent_number && <span className={`num ${classes.number}`}>{seat.agent_number}</span>}
        </span>
        {!compact && <Extra seat={seat} />}
      </span>
    </button>
  );
}

export const SeatCard = memo(SeatCardOf);
