import { Button } from "@mantine/core";
import { useDocumentVisibility } from "@mantine/hooks";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../api/queries";
import { notify } from "../desk/Notify";
import { Failure } from "../parts/Failure";
import classes from "./Messages.module.css";
import { type Received, see, useAcknowledging, useOnDesk } from "./messages";

function OnDeskMessage({ message }: { message: Received }) {
  const { t } = useTranslation();
  const format = useFormat();
  const acknowledging = useAcknowledging();
  const isVisible = useDocumentVisibility() === "visible";
  const { id, seen_at: seenAt } = message;
  useEffect(() => {
    // What fails is said when it is acknowledged, which counts as seeing it, too.
    if (isVisible && seenAt === null) see(id).catch(() => undefined);
  }, [id, isVisible, seenAt]);
  return (
    <li className={`panel ${classes.message} ${classes.onDesk}`}>
      <p className={classes.text}>{message.text}</p>
      <div className={classes.foot}>
        <span>
          {message.written_by} · {format.dateMinute(message.written_at)}
        </span>
        <Button size="sm" loading={acknowledging.isPending} onClick={() => acknowledging.mutate(id)}>
          {t("messages.understood")}
        </Button>
      </div>
      {acknowledging.isError && <Failure error={acknowledging.error} />}
    </li>
  );
}

/** Tells each message that comes while the page is open, once, where notifications are switched on. */
function useNotified(messages: readonly Received[] | undefined) {
  const { t } = useTranslation();
  const told = useRef<number | null>(null);
  useEffect(() => {
    if (!messages) return;
    const newest = messages[0]?.id ?? 0;
    const before = told.current;
    if (before !== null) {
      for (const { id, text } of messages) {
        if (id > before) notify(t("messages.came"), { body: text, tag: `callcenter-message-${id}` });
      }
    }
    told.current = Math.max(newest, before ?? 0);
  }, [messages, t]);
}

/** What was written to the agent, until they have understood it. */
export function OnDesk() {
  const { t } = useTranslation();
  const asked = useOnDesk();
  useNotified(asked.data);
  if (asked.isError) return <Failure error={asked.error} onRetry={() => void asked.refetch()} />;
  return (
    <section aria-label={t("messages.title")} aria-live="polite">
      <ul className={classes.list}>
        {(asked.data ?? []).map((message) => (
          <OnDeskMessage key={message.id} message={message} />
        ))}
      </ul>
    </section>
  );
}
