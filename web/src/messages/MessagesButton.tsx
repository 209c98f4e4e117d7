import { Button, Modal } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Composer } from "./Composer";
import classes from "./Messages.module.css";
import { Written } from "./Written";

/** Opens what is written to agents: a new message, to these where they were chosen, and those before it. */
export function MessagesButton({ agents = [] }: { agents?: readonly string[] }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button size="xs" variant="default" onClick={() => setOpen(true)}>
        {t("messages.open")}
      </Button>
      <Modal
        opened={isOpen}
        onClose={() => setOpen(false)}
        size="lg"
        title={t("messages.title")}
        closeButtonProps={{ "aria-label": t("frame.close") }}
      >
        <Composer agents={agents} />
        <h3 className={classes.head}>{t("messages.history")}</h3>
        <Written />
      </Modal>
    </>
  );
}
