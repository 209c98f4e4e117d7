import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import classes from "./DialogButtons.module.css";

interface Props {
  onClose: () => void;
  isSending: boolean;
  /** What sending the form does; saves it, unless said. */
  label?: string;
  /** More buttons, before these. */
  children?: ReactNode;
}

/** The end of a form in a dialog: to leave it, or to send it. */
export function DialogButtons({ onClose, isSending, label, children }: Props) {
  const { t } = useTranslation();
  return (
    <div className={classes.buttons}>
      {children}
      <Button variant="default" onClick={onClose}>
        {t("callbacks.cancel")}
      </Button>
      <Button type="submit" loading={isSending}>
        {label ?? t("callbacks.save")}
      </Button>
    </div>
  );
}
