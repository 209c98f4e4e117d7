import { Select } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { type RefObject, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useFormat, useMay } from "../api/queries";
import { Player, type PlayerHandle } from "../calls/Player";
import { callPath } from "../calls/path";
import { duration } from "../format";
import { Failure } from "../parts/Failure";
import { PageSkeleton } from "../parts/Waiting";
import { ReviewAnswers } from "./ReviewAnswers";
import { ReviewEditor } from "./ReviewEditor";
import { ReviewRead, ReviewSteps } from "./ReviewRead";
import styles from "./Reviews.module.css";
import type { Remark } from "./reviewing";
import { type Review, type ReviewedCall, useReview, useReviewedCall } from "./reviews";

interface HeardProps {
  call: ReviewedCall;
  chosen: number | null;
  choose: (id: number) => void;
  player: RefObject<PlayerHandle | null>;
}

function Heard({ call, chosen, choose, player }: HeardProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const recording = call.recordings.find(({ id }) => id === chosen);
  return (
    <section className={`panel ${styles.panel}`} aria-labelledby="heard-title">
      <h2 id="heard-title">{t("calls.recording")}</h2>
      {call.recordings.length > 1 && (
        <Select
          size="xs"
          aria-label={t("calls.recording")}
          data={call.recordings.map((one) => ({
            value: String(one.id),
            label: `${format.time(one.began_at)} · ${duration(one.duration_seconds)}`,
          }))}
          value={String(chosen)}
          onChange={(id) => choose(Number(id))}
          allowDeselect={false}
        />
      )}
      {!recording && <p className="muted">{t("recording.none")}</p>}
      {recording && recording.state !== "ready" && <p className="muted">{t(`recording.${recording.state}`)}</p>}
      {recording?.state === "ready" && (
        <Player
          key={recording.id}
          recording={recording}
          conversations={call.conversations}
          holds={call.holds}
          onMove={() => undefined}
          handle={player}
        />
      )}
    </section>
  );
}

function Detail({ review, call, home }: { review: Review; call: ReviewedCall; home: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const seesCalls = useMay("see_calls");
  const player = useRef<PlayerHandle>(null);
  const own = call.conversations.flatMap(
    ({ leg_id, part }) =>
      call.recordings.find(({ conversation }) => conversation?.leg_id === leg_id && conversation.part === part)?.id ??
      [],
  );
  const [recording, setRecording] = useState<number | null>(own[0] ?? call.recordings[0]?.id ?? null);
  const wanted = useRef<number | null>(null);

  const pin = (remark: Remark): Remark =>
    player.current && recording !== null
      ? { ...remark, at: Math.round(player.current.now() * 10) / 10, recording_id: recording }
      : remark;
  function onPlay({ at, recording_id: id }: Remark): void {
    if (at === null) return;
    if (id === null || id === recording) {
      player.current?.playFrom(at);
      return;
    }
    wanted.current = at;
    setRecording(id);
  }
  useEffect(() => {
    if (wanted.current !== null) player.current?.playFrom(wanted.current);
    wanted.current = null;
  }, [recording]);
  return (
    <>
      <p>
        <Link href={home}>
          <IconArrowLeft size={16} aria-hidden /> {home === "/my-reviews" ? t("page.myReviews") : t("page.reviews")}
        </Link>
      </p>
      <h1>{t("review.title", { agent: review.agent_name || review.agent_number })}</h1>
      <p className="muted">
        {seesCalls ? (
          <Link href={callPath(review.pbx, review.call_id)}>{call.number || t("floor.withheld")}</Link>
        ) : (
          call.number || t("floor.withheld")
        )}{" "}
        · {format.dateMinute(review.talked_at)} · {t("review.by", { name: review.reviewer })} ·{" "}
        {t(`review.state.${review.state}`)}
      </p>
      <div className={styles.page}>
        <div className={styles.side}>
          <Heard call={call} chosen={recording} choose={setRecording} player={player} />
          {review.state !== "draft" && <ReviewAnswers review={review} />}
          <ReviewSteps review={review} />
        </div>
        {review.may.includes("publish") ? (
          <ReviewEditor review={review} player={player} pin={pin} onPlay={onPlay} />
        ) : (
          <ReviewRead review={review} onPlay={onPlay} />
        )}
      </div>
    </>
  );
}

/** One review: written by its reviewer, read and answered by its agent, decided by a leader. */
export default function ReviewPage({ id, home }: { id: string; home: string }) {
  const { t } = useTranslation();
  const review = useReview(id);
  const call = useReviewedCall(id);
  useEffect(() => {
    document.title = `${t("page.reviews")} · callcenter`;
  }, [t]);
  if (review.isError) return <Failure error={review.error} onRetry={() => void review.refetch()} />;
  if (call.isError) return <Failure error={call.error} onRetry={() => void call.refetch()} />;
  if (review.isPending || call.isPending) return <PageSkeleton />;
  return <Detail review={review.data} call={call.data} home={home} />;
}
