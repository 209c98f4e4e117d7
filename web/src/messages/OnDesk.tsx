import { Button } from "@mantine/core";
import { useDocumentVisibility } from "@mantine/hooks";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useFormat } from "../api/queries";
import { notify } from "../desk/notify";
import { Failure } from "../parts/Failure";
import classes from "./Messages.module.css";
import { type Received, see, useAcknowledging, useFreshMessages, useOnDesk } from "./messages";

function OnDeskMessage({ message, isShort }: { message: Received; isShort: boolean }) {
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
      {/* What scrolls must be reached by the keyboard. */}
      <p className={classes.text} tabIndex={isShort ? 0 : undefined}>
        {message.text}
      </p>
      <div className={classes.foot}>
        <span>
          {message.written_by} · {format.dateMinute(message.written_at)}
        </span>
        <Button size={isShort ? "xs" : "sm"} loading={acknowledging.isPending} onClick={() => acknowledging.mutate(id)}>
          {t("messages.understood")}
        </Button>
      </div>
      {acknowledging.isError && <Failure error={acknowledging.error} />}
    </li>
  );
}

/** Tells each message that comes while the panel is open, once, where notifications are switched on. */
export function useMessagesNotified() {
  const { t } = useTranslation();
  useFreshMessages();
  const { data: messages } = useOnDesk();
  const told = useRef<number | null>(null);
  useEffect(() => {
    if (!messages) return;
    const newest = messages[0]?.id ?? 0;
    const before = told.current;
    if (before !== null) {
      for (const { id, text } of messages) {
        if (id > before) notify(t("messages.came"), text, `message-${id}`);
      }
    }
    told.current = Math.max(newest, before ?? 0);
  }, [messages, t]);
}

/** What was written to the agent, until they have understood it; on other pages than the desk the newest alone. */
export function OnDesk({ isShort = false }: { isShort?: boolean }) {
  const { t } = useTranslation();
  const asked = useOnDesk();
  if (asked.isError) return <Failure error={asked.error} onRetry={() => void asked.refetch()} />;
  const messages = asked.data ?? [];
  const shown = isShort ? messages.slice(0, 1) : messages;
  const others = messages.length - shown.length;
  return (
    <section aria-label={t("messages.title")} aria-live="polite" className={isShort ? classes.short : undefined}>
      <ul className={classes.list}>
        {shown.map((message) => (
          <OnDeskMessage key={message.id} message={message} isShort={isShort} />
        ))}
      </ul>
      {others > 0 && <Link href="/desk">{t("messages.others", { count: others })}</Link>}
    </section>
  );
}
