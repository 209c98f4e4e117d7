import { useTranslation } from "react-i18next";
import { useFormat } from "../api/queries";
import { itemsOf, NOT_APPLICABLE } from "./building";
import { useWords } from "./forms";
import { useKeyWord } from "./ItemCard";
import classes from "./Quality.module.css";
import { Moment, rounded } from "./ReviewItem";
import styles from "./Reviews.module.css";
import { keyOf, type Remark } from "./reviewing";
import type { Review, Written } from "./reviews";

interface TotalProps {
  total: number | null;
  zeroed: string[];
  review: Pick<Written, "sections" | "has_passed" | "pass_score">;
}

export function Total({ total, zeroed, review }: TotalProps) {
  const { t } = useTranslation();
  const words = useWords();
  const fatal = itemsOf(review.sections).filter(({ id }) => zeroed.includes(id));
  return (
    <div aria-live="polite">
      <p className={classes.total}>
        {total === null ? t("quality.noScore") : t("quality.score", { score: rounded(total) })}
      </p>
      {review.has_passed !== null && (
        <p className={review.has_passed ? "muted" : classes.zeroed}>
          {review.has_passed
            ? t("review.passed", { score: rounded(review.pass_score ?? 0) })
            : t("review.failed", { score: rounded(review.pass_score ?? 0) })}
        </p>
      )}
      {fatal.length > 0 && (
        <p className={classes.zeroed}>
          {t("quality.zeroed", { items: fatal.map(({ label }) => words(label)).join(", ") })}
        </p>
      )}
    </div>
  );
}

/** A remark as it was written, with the moment that it is about. */
export function Said({ remark, onPlay }: { remark: Remark; onPlay: (remark: Remark) => void }) {
  return (
    <p className={styles.line}>
      <span className={styles.text}>{remark.text}</span>
      <Moment remark={remark} onPlay={onPlay} />
    </p>
  );
}

/** A review that was published: every answer with what it earned, notes and comments; a click on a moment plays it. */
export function ReviewRead({ review, onPlay }: { review: Review; onPlay: (remark: Remark) => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const keyWord = useKeyWord();
  return (
    <section className={`panel ${styles.panel}`} aria-label={t("review.form")}>
      <h2>{words(review.form_name)}</h2>
      <Total total={review.score.total} zeroed={review.score.zeroed_by} review={review} />
      {review.sections.map((section) => (
        <div key={section.id}>
          <h3>{words(section.label)}</h3>
          {section.items
            .filter(({ id }) => review.asked.includes(id))
            .map((item) => {
              const key = keyOf(review.answers[item.id]);
              const earned = review.score.items[item.id];
              const lost = earned ? rounded(earned.weight - earned.points) : 0;
              const note = review.notes[item.id];
              return (
                <div key={item.id} className={styles.read}>
                  <div className={styles.line}>
                    <span>{words(item.label)}</span>
                    <strong>
                      {key === null ? "–" : key === NOT_APPLICABLE ? t("quality.notApplicable") : keyWord(item, key)}
                    </strong>
                  </div>
                  {earned && (
                    <small className={lost > 0 ? classes.zeroed : "muted"}>
                      {lost > 0
                        ? t("review.lost", { points: lost })
                        : t("quality.earned", { points: rounded(earned.points), weight: rounded(earned.weight) })}
                    </small>
                  )}
                  {note && <Said remark={note} onPlay={onPlay} />}
                </div>
              );
            })}
        </div>
      ))}
      {review.comments.length > 0 && (
        <div>
          <h3>{t("review.comments")}</h3>
          {review.comments.map((remark, nth) => (
            <Said key={nth} remark={remark} onPlay={onPlay} />
          ))}
        </div>
      )}
    </section>
  );
}

/** Who did what with the review, when, and with which words. */
export function ReviewSteps({ review }: { review: Review }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <section className={`panel ${styles.panel}`} aria-labelledby="steps-title">
      <h2 id="steps-title">{t("review.steps")}</h2>
      <ol className={styles.steps}>
        {review.steps.map((step) => (
          <li key={`${step.at} ${step.step}`}>
            <span className="muted num">{format.dateMinute(step.at)}</span> {step.username}:{" "}
            {t(`review.step.${step.step}`)}
            {step.score !== null && ` ${t("review.before", { score: rounded(step.score) })}`}
            {step.comment && <p className={styles.text}>{step.comment}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}
