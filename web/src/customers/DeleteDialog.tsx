import { Button, Modal } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Failure } from "../parts/Failure";
import page from "../parts/Page.module.css";
import { useTell } from "../parts/useTell";
import classes from "./Customers.module.css";
import { type Customer, useDeleteCustomer } from "./customers";
import { useNameWord } from "./words";

interface Props {
  customer: Customer;
  onClose: () => void;
  onDeleted: () => void;
}

export function DeleteDialog({ customer, onClose, onDeleted }: Props) {
  const { t } = useTranslation();
  const tell = useTell();
  const name = useNameWord()(customer);
  const remove = useDeleteCustomer(customer.id);
  const onSuccess = () => {
    tell.success(t("customers.deleted", { name }));
    onDeleted();
  };
  return (
    <Modal opened onClose={onClose} title={t("customers.delete")} closeButtonProps={{ "aria-label": t("frame.close") }}>
      <div className={page.form}>
        <p className={page.lead}>{t("customers.deleteSure", { name })}</p>
        {remove.isError && <Failure error={remove.error} />}
        <div className={classes.buttons}>
          <Button data-autofocus variant="default" onClick={onClose}>
            {t("callbacks.cancel")}
          </Button>
          <Button color="red" loading={remove.isPending} onClick={() => remove.mutate(undefined, { onSuccess })}>
            {t("customers.deleteNow")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
