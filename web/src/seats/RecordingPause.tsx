import { Button } from "@mantine/core";
import { IconPlayerPause, IconPlayerRecord } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Seat } from "../api/shapes";
import { useFrozen } from "../live/health";
import { Timer } from "../live/Timer";
import { Failure } from "../parts/Failure";
import classes from "./Seats.module.css";
import { useWish } from "./seats";

/** Pauses the recording of the call for what must be in no file, and says plainly while it is paused. */
export function RecordingPause({ seat, size }: { seat: Seat; size: "xs" | "md" }) {
  const { t } = useTranslation();
  const wishing = useWish(seat);
  const isAway = useFrozen(seat.pbx) !== null;
  const { call_id, is_recorded, recording_paused_since: since } = seat;
  if (!is_recorded || !call_id) return null;
  const isPaused = since !== null;
  const Icon = isPaused ? IconPlayerRecord : IconPlayerPause;
  return (
    <div className={classes.recording} data-paused={isPaused || undefined}>
      {/* The timer stands outside: read out would be each second of it. */}
      <span role="status">
        {isPaused ? <IconPlayerPause size={18} aria-hidden /> : <IconPlayerRecord size={18} aria-hidden />}
        {isPaused ? t("recordingPause.isPaused") : t("recordingPause.isOn")}
      </span>
      {isPaused && <Timer since={since} pbx={seat.pbx} />}
      <Button
        size={size}
        variant={isPaused ? "filled" : "default"}
        leftSection={<Icon size={18} aria-hidden />}
        disabled={wishing.isPending || isAway}
        onClick={() => wishing.mutate({ act: isPaused ? "resume-recording" : "pause-recording", body: { call_id } })}
      >
        {isPaused ? t("recordingPause.resume") : t("recordingPause.pause")}
      </Button>
      {wishing.isError && <Failure error={wishing.error} />}
    </div>
  );
}
