import { Button } from "@mantine/core";
import { IconArrowBackUp, IconArrowForwardUp, IconPlayerPause } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Seat } from "../api/shapes";
import { useFrozen } from "../live/health";
import { useLive } from "../live/store";
import { HangUpButton } from "../seats/HangUpButton";
import { useWish, type Wishing } from "../seats/seats";
import { Told } from "../seats/Told";
import classes from "./Desk.module.css";
import { HandOver } from "./HandOver";

interface Props {
  seat: Seat;
  callId: string;
  wishing: Wishing;
}

/** The name of whoever is asked, where the floor knows them. */
function useName(seat: Seat): string {
  return useLive((live) => {
    const known = Object.values(live.entities.seats).find(
      (one) => one.pbx === seat.pbx && one.agent_number !== "" && one.agent_number === seat.consulting,
    );
    return known?.agent_name || seat.consulting;
  });
}

/** While somebody is asked about the call, and the caller hears music. */
function Asking({ seat, callId, wishing }: Props) {
  const { t } = useTranslation();
  const name = useName(seat);
  const body = { call_id: callId };
  return (
    <>
      <p role="status">{seat.consult_answered ? t("handOver.answered", { name }) : t("handOver.calling", { name })}</p>
      <div className={classes.buttons}>
        <Button
          size="md"
          leftSection={<IconArrowForwardUp size={18} aria-hidden />}
          disabled={wishing.isPending || !seat.consult_answered}
          onClick={() => wishing.mutate({ act: "complete-transfer", body })}
        >
          {t("handOver.complete")}
        </Button>
        <Button
          size="md"
          variant="default"
          leftSection={<IconArrowBackUp size={18} aria-hidden />}
          disabled={wishing.isPending}
          onClick={() => wishing.mutate({ act: "cancel-transfer", body })}
        >
          {t("handOver.back")}
        </Button>
      </div>
    </>
  );
}

function Talking({ onHandOver, ...props }: Props & { onHandOver: () => void }) {
  const { t } = useTranslation();
  const { seat, callId, wishing } = props;
  const isHeld = seat.state === "on_hold";
  // Not disabled meanwhile: a button that is loses the keyboard, and the second press is what follows.
  function press() {
    if (!wishing.isPending) wishing.mutate({ act: isHeld ? "resume" : "hold", body: { call_id: callId } });
  }
  return (
    <div className={classes.buttons}>
      <Button
        size="md"
        variant={isHeld ? "filled" : "default"}
        leftSection={isHeld ? <IconArrowBackUp size={18} aria-hidden /> : <IconPlayerPause size={18} aria-hidden />}
        aria-disabled={wishing.isPending}
        onClick={press}
      >
        {isHeld ? t("handOver.resume") : t("handOver.hold")}
      </Button>
      <Button
        size="md"
        variant="default"
        leftSection={<IconArrowForwardUp size={18} aria-hidden />}
        disabled={wishing.isPending}
        onClick={onHandOver}
      >
        {t("handOver.open")}
      </Button>
      <HangUpButton callId={callId} wishing={wishing} size="md" />
    </div>
  );
}

/** Hold, hand over, hang up: the buttons follow the live seat. */
export function CallControls({ seat, callId }: { seat: Seat; callId: string }) {
  const wishing = useWish(seat);
  const [isChoosing, setChoosing] = useState(false);
  const isAway = useFrozen(seat.pbx) !== null;
  if (seat.state !== "talking" && seat.state !== "on_hold") return null;
  const props = { seat, callId, wishing };
  return (
    <fieldset disabled={isAway} className={classes.controls}>
      {seat.consulting ? <Asking {...props} /> : <Talking {...props} onHandOver={() => setChoosing(true)} />}
      {!isChoosing && <Told seat={seat} wishing={wishing} />}
      {isChoosing && <HandOver seat={seat} wishing={wishing} onClose={() => setChoosing(false)} />}
    </fieldset>
  );
}
