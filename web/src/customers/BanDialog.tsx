import { Modal, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { DialogButtons } from "../parts/DialogButtons";
import { Failure } from "../parts/Failure";
import page from "../parts/Page.module.css";
import { useTell } from "../parts/useTell";
import { type Customer, useForbidCalls } from "./customers";
import { useNameWord } from "./words";

/** Puts all numbers of a customer on the do-not-call list. */
export function BanDialog({ customer, onClose }: { customer: Customer; onClose: () => void }) {
  const { t } = useTranslation();
  const tell = useTell();
  const name = useNameWord()(customer);
  const forbid = useForbidCalls(customer.id);
  const [note, setNote] = useState("");
  return (
    <Modal opened onClose={onClose} title={t("customers.ban")} closeButtonProps={{ "aria-label": t("frame.close") }}>
      <form
        className={page.form}
        onSubmit={(event) => {
          event.preventDefault();
          const onSuccess = () => {
            tell.success(t("customers.isBanned", { name }));
            onClose();
          };
          forbid.mutate(note, { onSuccess });
        }}
      >
        <p className={page.lead}>{t("customers.banSure", { name })}</p>
        <TextInput
          data-autofocus
          label={t("doNotCall.note")}
          maxLength={500}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        {forbid.isError && <Failure error={forbid.error} />}
        <DialogButtons onClose={onClose} isSending={forbid.isPending} label={t("customers.banNow")} />
      </form>
    </Modal>
  );
}
