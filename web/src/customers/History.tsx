import { IconChecklist, IconMicrophone, IconPhoneOutgoing, IconTicket } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useFormat, useMay, useQueueWord } from "../api/queries";
import call from "../calls/CallPage.module.css";
import { callPath } from "../calls/path";
import { duration } from "../format";
import { DirectionArrow } from "../parts/DirectionArrow";
import { Failure } from "../parts/Failure";
import { MoreButton } from "../parts/MoreButton";
import { Outcome } from "../parts/Outcome";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import { rounded } from "../quality/ReviewItem";
import classes from "./Customers.module.css";
import {
  type Happening,
  type PastCall,
  type PastCallback,
  type PastReview,
  type PastTicket,
  useHistory,
} from "./customers";

/** Opens the call, where its player is; plain words for who may not see calls. */
function CallLink({ of, children }: { of: { pbx: string; call_id: string | null }; children: ReactNode }) {
  const seesCalls = useMay("see_calls");
  if (!seesCalls || of.call_id === null) return <>{children}</>;
  return <Link href={callPath(of.pbx, of.call_id)}>{children}</Link>;
}

function CallWords({ of }: { of: PastCall }) {
  const { t } = useTranslation();
  const queueWord = useQueueWord();
  const agents = of.agents.map((agent) => agent.name || agent.number);
  const queues = of.queues.map((queue) => queueWord(of.pbx, queue));
  return (
    <>
      <span className={classes.what}>
        <DirectionArrow direction={of.direction} />
        <CallLink of={of}>{t(`customers.called.${of.direction}`)}</CallLink>
        <Outcome outcome={of.outcome} />
        {of.talk_seconds ? <span className="num">{duration(of.talk_seconds)}</span> : null}
        {of.has_recording && <IconMicrophone size={14} role="img" aria-label={t("calls.hasRecording")} />}
      </span>
      <span className="muted">{[of.number, ...queues, ...agents].filter(Boolean).join(" · ")}</span>
    </>
  );
}

function CallbackWords({ of }: { of: PastCallback }) {
  const { t } = useTranslation();
  const { record } = of;
  return (
    <>
      <span className={classes.what}>
        <IconPhoneOutgoing size={14} aria-hidden />
        <CallLink of={of}>{t("customers.callback", { list: of.list.name })}</CallLink>
        {of.outcome && <Outcome outcome={of.outcome} of="attempt" />}
      </span>
      <span className="muted">{[of.number, of.agent_number].filter(Boolean).join(" · ")}</span>
      {record && (
        <span className={classes.wrote}>
          {[
            t(`forms.result.${record.result as "completed"}`, { defaultValue: record.result }),
            record.note,
            record.next_step,
          ]
            .filter(Boolean)
            .join(" · ")}
        </span>
      )}
    </>
  );
}

function TicketWords({ of }: { of: PastTicket }) {
  const { t } = useTranslation();
  return (
    <span className={classes.what}>
      <IconTicket size={14} aria-hidden />
      <Link href={`/tickets/${of.id}`}>{t("customers.ticket", { ticket: of.ticket, subject: of.subject })}</Link>
      <span className="muted">{t(`tickets.state.${of.state}`)}</span>
    </span>
  );
}

function ReviewLink({ of }: { of: PastReview }) {
  const { t } = useTranslation();
  const reviews = useMay("review_calls");
  const decides = useMay("decide_appeals");
  const home = reviews || decides ? "/quality/reviews" : "/my-reviews";
  const who = of.agent_name || of.agent_number;
  return (
    <Link href={`${home}/${of.id}`} className={classes.what}>
      <IconChecklist size={14} aria-hidden />
      {of.score === null
        ? t("customers.review", { agent: who })
        : t("customers.reviewScore", { agent: who, score: rounded(of.score) })}
    </Link>
  );
}

/** Calls, callbacks and tickets, the latest first; the reviews of them that the reader may read. */
export function HappeningList({ events }: { events: Happening[] }) {
  const format = useFormat();
  return (
    <ol className={classes.history}>
      {events.map((event) => (
        <li key={`${event.at} ${event.call?.call_id ?? event.callback?.id ?? event.ticket?.ticket}`}>
          <time className="num" title={format.date(event.at)}>
            {format.dateMinute(event.at)}
          </time>
          <div className={classes.words}>
            {event.call && <CallWords of={event.call} />}
            {event.callback && <CallbackWords of={event.callback} />}
            {event.ticket && <TicketWords of={event.ticket} />}
            {event.reviews.map((review) => (
              <ReviewLink key={review.id} of={review} />
            ))}
          </div>
        </li>
      ))}
    </ol>
  );
}

/** All that happened, page by page. */
export function History({ id }: { id: number }) {
  const { t } = useTranslation();
  const history = useHistory(id);
  const events = history.data?.pages.flatMap((page) => page.events) ?? [];
  return (
    <section className="panel" aria-labelledby="history-title">
      <h2 id="history-title" className={call.bar}>
        {t("customers.history")}
      </h2>
      {history.isPending && <RowsSkeleton rows={3} />}
      {history.isError && <Failure error={history.error} onRetry={() => void history.refetch()} />}
      {history.data && events.length === 0 && (
        <Empty title={t("customers.noHistory")} text={t("customers.noHistoryText")} />
      )}
      <HappeningList events={events} />
      {history.hasNextPage && (
        <div className={classes.more}>
          <MoreButton pages={history} />
        </div>
      )}
    </section>
  );
}
