import { Button, Checkbox, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { Failure } from "../parts/Failure";
import { useRefusal } from "../parts/useRefusal";
import classes from "./Erasure.module.css";
import { type DryRun, useErase } from "./erasures";

/** Two texts that differ only in spaces are one. */
const plain = (text: string) => text.trim().split(/\s+/).join(" ");

/** Asks why, and for the reference twice, and erases. */
export function EraseForm({ numbers, dryRun }: { numbers: string[]; dryRun: DryRun }) {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const erase = useErase();
  const [reference, setReference] = useState("");
  const [reason, setReason] = useState("");
  const [confirmation, setConfirmation] = useState("");
  const [removesBans, setRemovesBans] = useState(false);
  const refusal = useRefusal(erase.error);
  const isConfirmed = plain(reference) !== "" && plain(confirmation) === plain(reference);
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!isConfirmed || !reason.trim()) return;
    const wanted = { numbers, reason, reference, confirmation, removes_do_not_call: removesBans };
    erase.mutate(wanted, { onSuccess: ({ id }) => go(`/erasures/${id}`) });
  }
  if (dryRun.in_call) {
    return (
      <p role="alert" className={classes.warning}>
        {t("erasure.inCall")}
      </p>
    );
  }
  return (
    <form onSubmit={submit} className={classes.form} noValidate>
      <h3>{t("erasure.erase")}</h3>
      <p className={classes.warning}>{t("erasure.warning")}</p>
      <TextInput
        label={t("erasure.reference")}
        description={t("erasure.referenceHint")}
        maxLength={100}
        value={reference}
        onChange={(event) => setReference(event.currentTarget.value)}
        error={refusal.at("reference")}
      />
      <Textarea
        autosize
        minRows={2}
        label={t("erasure.reason")}
        description={t("erasure.reasonHint")}
        maxLength={500}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        error={refusal.at("reason")}
      />
      {dryRun.kept.some(({ kind }) => kind === "do_not_call") && (
        <Checkbox
          label={t("erasure.removesBans")}
          description={t("erasure.removesBansHint")}
          checked={removesBans}
          onChange={(event) => setRemovesBans(event.currentTarget.checked)}
        />
      )}
      <TextInput
        label={t("erasure.confirmation")}
        autoComplete="off"
        maxLength={100}
        value={confirmation}
        onChange={(event) => setConfirmation(event.currentTarget.value)}
        error={refusal.at("confirmation")}
      />
      {refusal.at("numbers") && <p className={classes.warning}>{refusal.at("numbers")}</p>}
      {refusal.isElsewhere && <Failure error={erase.error} />}
      <Button
        type="submit"
        color="red.9"
        loading={erase.isPending}
        disabled={!isConfirmed || !reason.trim()}
        className={classes.start}
      >
        {t("erasure.eraseNow")}
      </Button>
    </form>
  );
}
