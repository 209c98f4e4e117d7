import { Button, CopyButton, Modal } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./AlertsPage.module.css";

/** Something secret that is shown this once. */
export function Once({
  title,
  text,
  value,
  onClose,
}: {
  title: string;
  text: string;
  value: string;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={title}
      closeOnClickOutside={false}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      <div className={classes.form}>
        <p className={classes.lead}>{text}</p>
        <div className={classes.secret}>
          <code>{value}</code>
          <CopyButton value={value}>
            {({ copied, copy }) => (
              <Button size="compact-sm" variant="default" onClick={copy}>
                {copied ? t("alerts.copied") : t("alerts.copy")}
              </Button>
            )}
          </CopyButton>
        </div>
        <div className={classes.actions}>
          <Button onClick={onClose}>{t("alerts.kept")}</Button>
        </div>
      </div>
    </Modal>
  );
}
