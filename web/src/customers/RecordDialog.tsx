import { Modal } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Customer } from "./customers";
import { RecordForm } from "./RecordForm";
import type { Draft } from "./record";

interface Props {
  /** Whose record is changed; nobody where a customer is made. */
  customer: Customer | null;
  start: Draft;
  onClose: () => void;
  onSaved: (customer: Customer) => void;
}

/** A record in a dialog; what it began from stays the same, whatever the page behind it learns meanwhile. */
export function RecordDialog({ customer, start, onClose, onSaved }: Props) {
  const { t } = useTranslation();
  const [first] = useState({ customer, start });
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      closeOnClickOutside={false}
      title={customer ? t("customers.edit") : t("customers.make")}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      <RecordForm {...first} onClose={onClose} onSaved={onSaved} />
    </Modal>
  );
}
