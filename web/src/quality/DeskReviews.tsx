import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useFormat } from "../api/queries";
import { useSecond } from "../live/clock";
import { Failure } from "../parts/Failure";
import { type CoachingTask, useOpenTasks } from "./coaching";
import { useWords } from "./forms";
import styles from "./Reviews.module.css";
import { mayStillAppeal } from "./reviewing";
import { type ReviewLine, useUnanswered } from "./reviews";

function ReviewItem({ line }: { line: ReviewLine }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  const now = useSecond();
  return (
    <li>
      <Link href={`/my-reviews/${line.id}`}>
        {t("review.ofCall", { form: words(line.form_name), time: format.dateMinute(line.talked_at) })}
      </Link>
      <small className="muted">
        {t(`review.waits.${line.state === "published" ? "read" : "decided"}`)}
        {line.appeal_until !== null &&
          mayStillAppeal(line, now) &&
          ` ${t("review.appealUntil", { time: format.dateMinute(line.appeal_until) })}`}
      </small>
    </li>
  );
}

function TaskItem({ task }: { task: CoachingTask }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  const isLate = useSecond() >= task.due_at;
  return (
    <li>
      <Link href={`/my-reviews/${task.review_id}`}>
        {t("coaching.title")}: {task.items.map((item) => words(item.label)).join(", ")}
      </Link>
      <small className="muted">
        {t("coaching.by", { name: task.owner, time: format.dateMinute(task.due_at) })}
        {isLate && <strong className={styles.late}> {t("coaching.overdue")}</strong>}
        {` · ${t(`coaching.state.${task.state}`)}`}
      </small>
    </li>
  );
}

/** The reviews that wait for the agent's answer, and the open coaching tasks; nothing where there is neither. */
export function DeskReviews({ agent }: { agent: string }) {
  const { t } = useTranslation();
  const reviews = useUnanswered(agent);
  const tasks = useOpenTasks(agent);
  const failed = [reviews, tasks].find((one) => one.isError);
  if (!failed && !reviews.data?.length && !tasks.data?.length) return null;
  return (
    <section className={`panel ${styles.panel}`} aria-labelledby="desk-reviews">
      <h2 id="desk-reviews">
        <Link href="/my-reviews">{t("page.myReviews")}</Link>
      </h2>
      {failed && <Failure error={failed.error} onRetry={() => void failed.refetch()} />}
      <ul className={styles.waiting}>
        {reviews.data?.map((line) => (
          <ReviewItem key={line.id} line={line} />
        ))}
        {tasks.data?.map((task) => (
          <TaskItem key={task.id} task={task} />
        ))}
      </ul>
    </section>
  );
}
