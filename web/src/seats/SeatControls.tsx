import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Seat } from "../api/shapes";
import { useFrozen } from "../live/health";
import { HangUpButton } from "./HangUpButton";
import { PauseMenu } from "./PauseMenu";
import { RecordingPause } from "./RecordingPause";
import classes from "./Seats.module.css";
import { SignOutButton } from "./SignOutButton";
import { isInCall, possible, useWish } from "./seats";
import { Told } from "./Told";

/** A supervisor's hand at a seat. While its PBX is away nothing can be asked. */
export function SeatControls({ seat }: { seat: Seat }) {
  const { t } = useTranslation();
  const wishing = useWish(seat);
  const may = possible(seat);
  const isAway = useFrozen(seat.pbx) !== null;
  const isBusy = wishing.isPending;
  return (
    <section className={classes.controls} aria-label={t("command.title")}>
      <fieldset disabled={isAway} className={classes.row}>
        {may.signIn && (
          <Button size="xs" disabled={isBusy} onClick={() => wishing.mutate({ act: "sign-in", body: {} })}>
            {t("command.signIn")}
          </Button>
        )}
        {may.ready && (
          <Button size="xs" disabled={isBusy} onClick={() => wishing.mutate({ act: "ready" })}>
            {t("command.ready")}
          </Button>
        )}
        {may.endWrapUp && (
          <Button size="xs" disabled={isBusy} onClick={() => wishing.mutate({ act: "end-wrap-up" })}>
            {t("command.endWrapUp")}
          </Button>
        )}
        {may.pause && <PauseMenu seat={seat} wishing={wishing} size="xs" />}
        {may.signOut && <SignOutButton seat={seat} wishing={wishing} size="xs" />}
        {seat.call_id && isInCall(seat) && (
          <HangUpButton key={seat.call_id} callId={seat.call_id} wishing={wishing} size="xs" />
        )}
      </fieldset>
      {isAway ? <p className={classes.told}>{t("command.away")}</p> : <Told seat={seat} wishing={wishing} />}
      <RecordingPause key={seat.call_id} seat={seat} size="xs" />
    </section>
  );
}
