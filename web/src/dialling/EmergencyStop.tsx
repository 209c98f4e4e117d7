import { Button, Checkbox, Modal, Textarea } from "@mantine/core";
import { IconHandStop } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat, useMay } from "../api/queries";
import health from "../frame/LinkHealth.module.css";
import { Failure } from "../parts/Failure";
import { useTell } from "../parts/useTell";
import classes from "./Dialling.module.css";
import { useEmergencyStop, useLiftStop, useStopEverything } from "./dialling";

function Confirm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const tell = useTell();
  const stop = useStopEverything();
  const [reason, setReason] = useState("");
  const [hangsUp, setHangsUp] = useState(true);
  function submit(event: FormEvent) {
    event.preventDefault();
    stop.mutate(
      { reason: reason.trim().replace(/\s+/g, " "), hangs_up: hangsUp },
      {
        onSuccess: () => {
          tell.success(t("emergency.done"));
          onClose();
        },
      },
    );
  }
  return (
    <Modal opened onClose={onClose} title={t("emergency.sure")} closeButtonProps={{ "aria-label": t("frame.close") }}>
      <form className={classes.form} onSubmit={submit}>
        <p>{t("emergency.text")}</p>
        <Textarea
          label={t("emergency.reason")}
          description={t("emergency.reasonHint")}
          maxLength={500}
          autosize
          minRows={2}
          data-autofocus
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Checkbox
          label={t("emergency.hangsUp")}
          checked={hangsUp}
          onChange={(event) => setHangsUp(event.currentTarget.checked)}
        />
        {stop.isError && <Failure error={stop.error} />}
        <div className={classes.actions}>
          <Button variant="default" onClick={onClose}>
            {t("callbacks.cancel")}
          </Button>
          <Button type="submit" className={classes.red} loading={stop.isPending}>
            {t("emergency.confirm")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

/** Stops the dialling of every list, after a question. */
export function EmergencyStopButton() {
  const { t } = useTranslation();
  const mayStop = useMay("stop_dialling");
  const state = useEmergencyStop();
  const [isAsking, setAsking] = useState(false);
  if (!mayStop || state.data?.is_stopped) return null;
  return (
    <>
      <Button
        size="xs"
        className={classes.red}
        leftSection={<IconHandStop size={16} aria-hidden />}
        onClick={() => setAsking(true)}
      >
        {t("emergency.stop")}
      </Button>
      {isAsking && <Confirm onClose={() => setAsking(false)} />}
    </>
  );
}

/** Said on every page while nothing may be dialled. */
export function EmergencyBanner() {
  const { t } = useTranslation();
  const format = useFormat();
  const tell = useTell();
  const mayLift = useMay("stop_dialling");
  const state = useEmergencyStop().data;
  const lift = useLiftStop();
  if (!state?.is_stopped) return null;
  const goOn = () => {
    if (!window.confirm(t("emergency.liftSure"))) return;
    lift.mutate(undefined, { onSuccess: () => tell.success(t("emergency.lifted")), onError: tell.failure });
  };
  return (
    <div className={`${health.banner} ${health.still} ${classes.stopped}`} role="alert">
      <IconHandStop size={18} aria-hidden />
      <span>
        {t("emergency.banner", {
          time: state.stopped_at === null ? "" : format.dateTime(state.stopped_at),
          name: state.stopped_by,
        })}{" "}
        {state.reason && <em>{state.reason}</em>}
      </span>
      {mayLift && (
        <Button size="compact-sm" variant="default" className={health.age} loading={lift.isPending} onClick={goOn}>
          {t("emergency.lift")}
        </Button>
      )}
    </div>
  );
}
