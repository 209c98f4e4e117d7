import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../api/queries";
import { Failure } from "../parts/Failure";
import { MoreButton } from "../parts/MoreButton";
import { SureButton } from "../parts/SureButton";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import classes from "./Messages.module.css";
import { type Message, type Recipient, useMessages, useRecipients, useWithdrawing } from "./messages";

function useStep() {
  const { t } = useTranslation();
  const format = useFormat();
  return ({ seen_at: seen, acknowledged_at: understood }: Recipient) => {
    if (understood !== null) return t("messages.understoodAt", { time: format.dateMinute(understood) });
    return seen === null ? t("messages.notSeen") : t("messages.seenAt", { time: format.dateMinute(seen) });
  };
}

function People({ id }: { id: number }) {
  const step = useStep();
  const people = useRecipients(id);
  if (people.isError) return <Failure error={people.error} onRetry={() => void people.refetch()} />;
  if (!people.data) return <RowsSkeleton rows={2} />;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <ul className={classes.people} tabIndex={0}>
      {people.data.map((one) => (
        <li key={one.agent_number}>
          <strong>{one.agent_name || one.agent_number}</strong> {step(one)}
        </li>
      ))}
    </ul>
  );
}

function WrittenMessage({ message }: { message: Message }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [isOpen, setOpen] = useState(false);
  const withdrawing = useWithdrawing();
  const whom = message.to === "team" ? message.team : t(`messages.toWhom.${message.to}`);
  const { id, acknowledged: count, recipients: of } = message;
  return (
    <li className={`panel ${classes.message}`}>
      <p className={classes.text}>{message.text}</p>
      <div className={classes.foot}>
        <span>
          {[
            message.written_by,
            format.dateMinute(message.written_at),
            whom,
            t(`messages.standing.${message.standing}`),
          ].join(" · ")}
        </span>
        <span>
          <Button size="compact-xs" variant="default" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {t("messages.counts", { count, of })}
          </Button>
          {message.is_own && message.standing === "open" && (
            <SureButton
              label={t("messages.withdraw")}
              sure={t("messages.withdrawSure")}
              onSure={() => withdrawing.mutate(id)}
              isSending={withdrawing.isPending}
            />
          )}
        </span>
      </div>
      {withdrawing.isError && <Failure error={withdrawing.error} />}
      {isOpen && <People id={id} />}
    </li>
  );
}

/** What was written, the newest first, and who has understood it. */
export function Written() {
  const { t } = useTranslation();
  const pages = useMessages();
  if (pages.isPending) return <RowsSkeleton rows={3} />;
  if (pages.isError) return <Failure error={pages.error} onRetry={() => void pages.refetch()} />;
  const messages = pages.data.pages.flatMap((one) => one.messages);
  if (messages.length === 0) return <Empty title={t("messages.none")} text={t("messages.noneText")} />;
  return (
    <>
      <ul className={classes.list}>
        {messages.map((message) => (
          <WrittenMessage key={message.id} message={message} />
        ))}
      </ul>
      <MoreButton pages={pages} />
    </>
  );
}
