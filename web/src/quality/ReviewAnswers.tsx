import { Button, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../api/queries";
import { useTell } from "../parts/useTell";
import { type Answers, answerOf } from "./building";
import classes from "./Quality.module.css";
import { EditedItem, LONGEST_TEXT } from "./ReviewItem";
import styles from "./Reviews.module.css";
import { asked, firstMissing, keyOf } from "./reviewing";
import { type Review, type Taken, useTake } from "./reviews";

/** A step without what all of them have. */
type Unsaid =
  | Pick<Exclude<Taken, { path: "decision" }>, "path">
  | Omit<Extract<Taken, { path: "decision" }>, "version" | "comment">;

/** What the agent or the leader does with a published review; nothing where there is nothing to be done. */
export function ReviewAnswers({ review }: { review: Review }) {
  const { t } = useTranslation();
  const format = useFormat();
  const tell = useTell();
  const take = useTake(review.id);
  const [comment, setComment] = useState("");
  const [answers, setAnswers] = useState<Answers | null>(null);
  if (review.may.length === 0) return null;

  const may = (step: Review["may"][number]) => review.may.includes(step);
  const isWordless = comment.trim() === "";
  function send(taken: Unsaid): void {
    take.mutate({ ...taken, version: review.version, comment } as Taken, {
      onSuccess: () => {
        setComment("");
        setAnswers(null);
        tell.success(t("review.sent"));
      },
      onError: tell.failure,
    });
  }
  const items = answers ? asked(review.sections, answers) : [];
  const isIncomplete = answers !== null && firstMissing(review.sections, answers) !== null;
  return (
    <section className={`panel ${styles.panel}`} aria-labelledby="answer-title">
      <h2 id="answer-title">{may("uphold") ? t("review.decide") : t("review.yourAnswer")}</h2>
      {may("appeal") && review.appeal_until !== null && (
        <p className="muted">{t("review.appealUntil", { time: format.dateMinute(review.appeal_until) })}</p>
      )}
      {answers !== null &&
        items.map((item) => (
          <EditedItem
            key={item.id}
            item={item}
            chosen={keyOf(answers[item.id])}
            earned={undefined}
            isMissing={answers[item.id] === undefined}
            choose={(key) => {
              const answer = answerOf(item, key);
              if (answer !== null) setAnswers({ ...answers, [item.id]: answer });
            }}
          />
        ))}
      <Textarea
        autosize
        minRows={2}
        maxLength={LONGEST_TEXT}
        label={t("review.words")}
        description={may("uphold") ? t("review.decisionHint") : t("review.wordsHint")}
        value={comment}
        onChange={(event) => setComment(event.currentTarget.value)}
      />
      <div className={classes.actions}>
        {may("appeal") && (
          <Button
            variant="default"
            disabled={isWordless}
            loading={take.isPending}
            onClick={() => send({ path: "appeal" })}
          >
            {t("review.appeal")}
          </Button>
        )}
        {may("acknowledge") && (
          <Button loading={take.isPending} onClick={() => send({ path: "acknowledge" })}>
            {t("review.acknowledge")}
          </Button>
        )}
        {may("uphold") && (
          <Button
            variant="default"
            disabled={isWordless || answers !== null}
            loading={take.isPending}
            onClick={() => send({ path: "decision", decision: "upheld" })}
          >
            {t("review.uphold")}
          </Button>
        )}
        {may("change") && answers === null && (
          <Button variant="default" onClick={() => setAnswers(review.answers)}>
            {t("review.changeAnswers")}
          </Button>
        )}
        {answers !== null && (
          <>
            <Button variant="subtle" onClick={() => setAnswers(null)}>
              {t("review.keepAnswers")}
            </Button>
            <Button
              disabled={isWordless || isIncomplete}
              loading={take.isPending}
              onClick={() => send({ path: "decision", decision: "changed", answers })}
            >
              {t("review.change")}
            </Button>
          </>
        )}
      </div>
    </section>
  );
}
