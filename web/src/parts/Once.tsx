import { Button, CopyButton, Modal } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./Once.module.css";

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
                {copied ? t("once.copied") : t("once.copy")}
              </Button>
            )}
          </CopyButton>
        </div>
        <div className={classes.end}>
          <Button onClick={onClose}>{t("once.kept")}</Button>
        </div>
      </div>
    </Modal>
  );
}
