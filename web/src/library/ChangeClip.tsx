import { Modal } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { DialogButtons } from "../parts/DialogButtons";
import { Failure } from "../parts/Failure";
import page from "../parts/Page.module.css";
import { useRefusal } from "../parts/useRefusal";
import { ClipFields } from "./ClipFields";
import { cardOf, type ManagedClip, useChangeClip } from "./library";

/** Says something else of a clip; what is heard of it stays. */
export function ChangeClip({ clip, onClose }: { clip: ManagedClip; onClose: () => void }) {
  const { t } = useTranslation();
  const [card, setCard] = useState(cardOf(clip));
  const change = useChangeClip(clip);
  const { at, isElsewhere } = useRefusal(change.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(card, { onSuccess: onClose });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t("library.change")}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      <form onSubmit={submit} className={page.form} noValidate>
        <ClipFields card={card} change={(fields) => setCard({ ...card, ...fields })} at={at} />
        {isElsewhere && <Failure error={change.error} />}
        <DialogButtons onClose={onClose} isSending={change.isPending} />
      </form>
    </Modal>
  );
}
