import { Drawer } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFormat, useMay, useQueueWord } from "../api/queries";
import type { Seat } from "../api/shapes";
import { NOTHING } from "../format";
import { useEntity } from "../live/store";
import { Timer } from "../live/Timer";
import { HelpControls } from "../seats/Help";
import { ListenControls } from "../seats/ListenControls";
import { Penalties } from "../seats/Penalties";
import { SeatControls } from "../seats/SeatControls";
import { SeatQueues } from "../seats/SeatQueues";
import { nameOf } from "../seats/seats";
import { pendingPause, useDeviceWord } from "./SeatCard";
import classes from "./SeatDetail.module.css";
import { SeatGlyph } from "./SeatGlyph";
import { usePauseReason } from "./usePauseReason";

function Line({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children || NOTHING}</dd>
    </div>
  );
}

function CallLines({ seat }: { seat: Seat }) {
  const { t } = useTranslation();
  const queueWord = useQueueWord();
  if (!seat.call_id) return null;
  return (
    <>
      <Line label={t("seat.call")}>
        {[seat.direction && t(`direction.${seat.direction}`), seat.number].filter(Boolean).join(" · ")}
      </Line>
      <Line label={t("floor.queue")}>{seat.queue ? queueWord(seat.pbx, seat.queue) : t("seat.outsideQueues")}</Line>
    </>
  );
}

function Lines({ seat }: { seat: Seat }) {
  const { t } = useTranslation();
  const format = useFormat();
  const reason = usePauseReason();
  const device = useDeviceWord();
  const pending = pendingPause(seat);
  const queueWord = useQueueWord();
  return (
    <dl className={classes.lines}>
      <Line label={t("seat.stateWord")}>
        <SeatGlyph state={seat.state} small /> {t(`seat.state.${seat.state}`)} ·{" "}
        <Timer since={seat.since} pbx={seat.pbx} />
      </Line>
      <Line label={t("seat.since")}>{format.dateTime(seat.since)}</Line>
      {seat.reason && <Line label={t("seat.reason")}>{reason(seat.reason)}</Line>}
      {pending && <Line label={t("seat.pending")}>{reason(pending.reason) || t("seat.yes")}</Line>}
      <CallLines seat={seat} />
      {seat.wrap_up_until && <Line label={t("seat.wrapUpUntil")}>{format.time(seat.wrap_up_until)}</Line>}
      <Line label={t("seat.agentNumber")}>{seat.agent_number}</Line>
      <Line label={t("floor.team")}>{seat.team}</Line>
      <Line label={t("seat.queues")}>{seat.queues.map((queue) => queueWord(seat.pbx, queue)).join(", ")}</Line>
      {seat.desk_label && <Line label={t("seat.desk")}>{seat.desk_label}</Line>}
      <Line label={t("seat.interface")}>{seat.interface}</Line>
      <Line label={t("seat.device")}>{device(seat.device)}</Line>
      <Line label={t("seat.pbx")}>{seat.pbx}</Line>
    </dl>
  );
}

export function SeatDetail({ id, onClose }: { id: string | null; onClose: () => void }) {
  const { t } = useTranslation();
  const seat = useEntity("seats", id ?? "");
  const controls = useMay("control_seats");
  const listens = useMay("listen_in");
  return (
    <Drawer
      opened={id !== null}
      onClose={onClose}
      position="right"
      size="sm"
      overlayProps={{ backgroundOpacity: 0.25 }}
      title={seat ? nameOf(seat) : t("seat.gone")}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      {seat && controls && <HelpControls key={`${id} help`} seat={seat} />}
      {seat && controls && <SeatControls key={id} seat={seat} />}
      {seat && controls && <SeatQueues key={`${id} queues`} seat={seat} />}
      {seat && controls && <Penalties key={`${id} penalties`} seat={seat} />}
      {seat && listens && <ListenControls key={`${id} listening`} seat={seat} />}
      {seat ? <Lines seat={seat} /> : <p className="muted">{t("seat.goneText")}</p>}
    </Drawer>
  );
}
