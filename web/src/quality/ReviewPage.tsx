import { IconArrowLeft } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useFormat, useMay } from "../api/queries";
import { callPath } from "../calls/path";
import { Failure } from "../parts/Failure";
import { useTitle } from "../parts/useTitle";
import { PageSkeleton } from "../parts/Waiting";
import { CoachingCard } from "./CoachingCard";
import { Heard, useHearing } from "./Heard";
import { ReviewAnswers } from "./ReviewAnswers";
import { ReviewEditor } from "./ReviewEditor";
import { ReviewRead, ReviewSteps } from "./ReviewRead";
import styles from "./Reviews.module.css";
import { type Review, type ReviewedCall, useReview, useReviewedCall } from "./reviews";
import { useReviewDoors } from "./useReviewDoors";

function Detail({ review, call, home }: { review: Review; call: ReviewedCall; home: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const seesCalls = useMay("see_calls");
  const hearing = useHearing(call);
  const doors = useReviewDoors(review);
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
          <Heard call={call} hearing={hearing} />
          {review.state !== "draft" && <ReviewAnswers review={review} />}
          {review.state !== "draft" && <CoachingCard review={review} home={home} />}
          <ReviewSteps review={review} />
        </div>
        {review.may.includes("publish") ? (
          <ReviewEditor written={review} doors={doors} hearing={hearing} />
        ) : (
          <ReviewRead review={review} onPlay={hearing.onPlay} />
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
  useTitle(t("page.reviews"));
  if (review.isError) return <Failure error={review.error} onRetry={() => void review.refetch()} />;
  if (call.isError) return <Failure error={call.error} onRetry={() => void call.refetch()} />;
  if (review.isPending || call.isPending) return <PageSkeleton />;
  return <Detail review={review.data} call={call.data} home={home} />;
}
