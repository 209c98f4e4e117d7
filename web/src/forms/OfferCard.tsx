import { Badge, Button, Kbd, TextInput } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconPhone } from "@tabler/icons-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../api/queries";
import { WhoseTarget } from "../customers/WhoseTarget";
import { duration, NOTHING } from "../format";
import { useSecond } from "../live/clock";
import { Outcome } from "../parts/Outcome";
import classes from "./Forms.module.css";
import type { Offer } from "./forms";
import offers from "./Offers.module.css";
import { countdown } from "./offering";
import { Refusal } from "./Refusal";
import type { Offering } from "./useOffering";
import { Whom } from "./Whom";

const REASONS = ["notNow", "wrongRecord", "alreadySpoken", "otherChannel"] as const;
const LONGEST_REASON = 200;
const KEYS = navigator.userAgent.includes("Mac") ? "⌘ ↵" : "Ctrl ↵";

/** The time left, as a bar and in seconds; looked at, not announced each second. */
function Countdown({ offer }: { offer: Offer }) {
  const { t } = useTranslation();
  const { seconds, share, isUrgent, isOver } = countdown(offer, useSecond());
  return (
    <div className={offers.countdown} data-urgent={isUrgent}>
      <div className={offers.bar} aria-hidden>
        <span style={{ transform: `scaleX(${share})` }} />
      </div>
      <span role="timer" aria-label={t("offer.timeLeft")} className="num">
        {isOver ? t("offer.timeOver") : duration(seconds)}
      </span>
    </div>
  );
}

function History({ offer: { history, sheet } }: { offer: Offer }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (history.length === 0) return <p className={offers.text}>{t("offer.noAttempt")}</p>;
  return (
    <section className={offers.history} aria-labelledby="offer-history">
      <h3 id="offer-history">{t("offer.attemptsSoFar", { count: Math.max(sheet.target.attempts, history.length) })}</h3>
      <ol>
        {history.map(({ placed_at, outcome, agent_number }) => (
          <li key={placed_at}>
            <time className="num">{format.dateMinute(placed_at)}</time>
            {outcome ? <Outcome outcome={outcome} of="attempt" /> : NOTHING}
            {agent_number && <span className="num muted">{t("offer.byAgent", { agent: agent_number })}</span>}
          </li>
        ))}
      </ol>
    </section>
  );
}

interface CardProps {
  offer: Offer;
  offering: Offering;
}

/** A reason is needed; a ready one skips at once. */
function Reasons({ offer, offering }: CardProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  const skip = (reason: string) => offering.skip(offer.id, reason);
  function submit(event: FormEvent) {
    event.preventDefault();
    if (typed.trim()) skip(typed.trim());
  }
  return (
    <fieldset id="offer-reasons" className={offers.reasons} disabled={offering.isSkipping}>
      <legend>{t("offer.whySkip")}</legend>
      <div className={offers.ready}>
        {REASONS.map((reason, at) => (
          <Button
            key={reason}
            ref={at === 0 ? first : undefined}
            size="compact-sm"
            radius="xl"
            variant="default"
            onClick={() => skip(t(`offer.reason.${reason}`))}
          >
            {t(`offer.reason.${reason}`)}
          </Button>
        ))}
      </div>
      <form className={offers.other} onSubmit={submit}>
        <TextInput
          aria-label={t("offer.otherReason")}
          placeholder={t("offer.otherReason")}
          maxLength={LONGEST_REASON}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" disabled={!typed.trim()}>
          {t("offer.skipWith")}
        </Button>
      </form>
    </fieldset>
  );
}

function Actions({ offer, offering }: CardProps) {
  const { t } = useTranslation();
  const [isSkipping, setSkipping] = useState(false);
  const { isOver } = countdown(offer, useSecond());
  const isSent = offering.isCalling || offering.isSkipping;
  const call = () => {
    if (!isSent && !isOver) offering.accept(offer.id);
  };
  useHotkeys([["mod+Enter", call]]);
  return (
    <>
      <div className={classes.actions}>
        <span className="muted">{t("offer.ringsFirst")}</span>
        <div className={offers.answers}>
          <Button
            variant="default"
            aria-expanded={isSkipping}
            aria-controls={isSkipping ? "offer-reasons" : undefined}
            disabled={isOver || offering.isCalling}
            loading={offering.isSkipping}
            onClick={() => setSkipping(!isSkipping)}
          >
            {t("offer.skip")}
          </Button>
          <Button
            leftSection={<IconPhone size={16} aria-hidden />}
            rightSection={
              <Kbd size="xs" aria-hidden className={offers.keys}>
                {KEYS}
              </Kbd>
            }
            aria-keyshortcuts="Control+Enter Meta+Enter"
            disabled={isOver || offering.isSkipping}
            loading={offering.isCalling}
            onClick={call}
          >
            {t("offer.call")}
          </Button>
        </div>
      </div>
      {isSkipping && !isOver && <Reasons offer={offer} offering={offering} />}
    </>
  );
}

/** A callback before it is called: whom, how long it is shown, to call or to skip it. */
export function OfferCard({ offer, offering }: CardProps) {
  const { t } = useTranslation();
  const card = useRef<HTMLElement>(null);
  // What was pressed to get here is gone; the keyboard goes on from the card, not from the top of the page.
  useEffect(() => {
    if (document.activeElement === document.body) card.current?.focus();
  }, []);
  return (
    <section
      ref={card}
      tabIndex={-1}
      className={`panel ${classes.sheet} ${offers.card}`}
      aria-label={t("offer.title")}
      data-offer={offer.id}
    >
      <Countdown offer={offer} />
      <div className={offers.lead}>
        {offer.is_personal && (
          <Badge variant="light" size="lg" tt="none" className={offers.promised}>
            {t("offer.promised")}
          </Badge>
        )}
        <Whom sheet={offer.sheet} />
      </div>
      <History offer={offer} />
      <WhoseTarget target={offer.sheet.target.id} />
      {offering.news?.kind === "refused" && <Refusal error={offering.news.error} />}
      <Actions offer={offer} offering={offering} />
    </section>
  );
}
