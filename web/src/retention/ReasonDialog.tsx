import { Modal, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { DialogButtons } from "../parts/DialogButtons";
import { Failure } from "../parts/Failure";
import pageClasses from "../parts/Page.module.css";

interface Props {
  title: string;
  text: string;
  label: string;
  send: { mutate: (reason: string, options: { onSuccess: () => void }) => void; isPending: boolean; error: unknown };
  onClose: () => void;
}

/** Asks why, and does it. */
export function ReasonDialog({ title, text, label, send, onClose }: Props) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const [isTold, setTold] = useState(false);
  function submit(event: FormEvent) {
    event.preventDefault();
    setTold(true);
    if (reason.trim()) send.mutate(reason, { onSuccess: onClose });
  }
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ "aria-label": t("frame.close") }}>
      <form onSubmit={submit} className={pageClasses.form} noValidate>
        <p className={pageClasses.lead}>{text}</p>
        <Textarea
          data-autofocus
          autosize
          minRows={2}
          maxLength={500}
          label={t("retention.reason")}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          error={isTold && !reason.trim() ? t("retention.reasonNeeded") : undefined}
        />
        {send.error ? <Failure error={send.error} /> : null}
        <DialogButtons onClose={onClose} isSending={send.isPending} label={label} />
      </form>
    </Modal>
  );
}
