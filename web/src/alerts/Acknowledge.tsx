import { Button, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Alert } from "../api/shapes";
import { Failure } from "../parts/Failure";
import { useAcknowledge } from "./alerts";
import classes from "./Bell.module.css";

/** Takes notice of an alert, with a note if there is something to say. */
export function Acknowledge({ alert }: { alert: Alert }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const [note, setNote] = useState("");
  const acknowledge = useAcknowledge();
  if (!isOpen) {
    return (
      <Button size="compact-xs" variant="default" onClick={() => setOpen(true)}>
        {alert.acknowledged_at === null ? t("alerts.acknowledge") : t("alerts.changeNote")}
      </Button>
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    acknowledge.mutate({ id: alert.alert_id, note: note.trim() }, { onSuccess: () => setOpen(false) });
  };
  return (
    <form className={classes.note} onSubmit={submit}>
      <Textarea
        autosize
        minRows={1}
        maxLength={1000}
        label={t("alerts.note")}
        placeholder={t("alerts.notePlaceholder")}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
        data-autofocus
        autoFocus
      />
      <span className={classes.actions}>
        <Button size="xs" type="submit" loading={acknowledge.isPending}>
          {t("alerts.acknowledge")}
        </Button>
        <Button size="xs" variant="default" onClick={() => setOpen(false)}>
          {t("callbacks.cancel")}
        </Button>
      </span>
      {acknowledge.isError && <Failure error={acknowledge.error} />}
    </form>
  );
}
