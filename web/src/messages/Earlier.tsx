import { Button, Drawer } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../api/queries";
import { Failure } from "../parts/Failure";
import { MoreButton } from "../parts/MoreButton";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import classes from "./Messages.module.css";
import { type Received, useReceived } from "./messages";

/** Opens what was written to the agent in the last 30 days, and when they understood it. */
export function Earlier() {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button size="xs" variant="default" onClick={() => setOpen(true)}>
        {t("messages.earlier")}
      </Button>
      <Drawer
        opened={isOpen}
        onClose={() => setOpen(false)}
        position="right"
        title={t("messages.earlierTitle")}
        closeButtonProps={{ "aria-label": t("frame.close") }}
      >
        <ReceivedList />
      </Drawer>
    </>
  );
}

function ReceivedList() {
  const { t } = useTranslation();
  const pages = useReceived();
  if (pages.isPending) return <RowsSkeleton rows={3} />;
  if (pages.isError) return <Failure error={pages.error} onRetry={() => void pages.refetch()} />;
  const messages = pages.data.pages.flatMap((one) => one.messages);
  if (messages.length === 0) return <Empty title={t("messages.noneEarlier")} text={t("messages.noneEarlierText")} />;
  return (
    <>
      <ul className={classes.list}>
        {messages.map((message) => (
          <ReceivedMessage key={message.id} message={message} />
        ))}
      </ul>
      <MoreButton pages={pages} />
    </>
  );
}

function ReceivedMessage({ message }: { message: Received }) {
  const { t } = useTranslation();
  const format = useFormat();
  const understood = message.acknowledged_at;
  return (
    <li className={`panel ${classes.message}`}>
      <p className={classes.text}>{message.text}</p>
      <div className={classes.foot}>
        <span>
          {message.written_by} · {format.dateMinute(message.written_at)}
        </span>
        <span>
          {understood === null
            ? t("messages.notUnderstood")
            : t("messages.understoodAt", { time: format.dateMinute(understood) })}
        </span>
      </div>
    </li>
  );
}
