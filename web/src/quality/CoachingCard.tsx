import { Button, Checkbox, Select, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useFormat, useMay, useSession, useZone } from "../api/queries";
import { fromWall, NOTHING, toWall } from "../format";
import { serverNow } from "../live/clock";
import { Failure } from "../parts/Failure";
import { useRefusal } from "../parts/useRefusal";
import { useTell } from "../parts/useTell";
import { type Item, itemsOf } from "./building";
import { type CoachedItem, type CoachingTask, useCoachingStep, useGive, useOwners, useTaskOf } from "./coaching";
import { type Earned, useWords } from "./forms";
import classes from "./Quality.module.css";
import { LONGEST_TEXT, rounded } from "./ReviewItem";
import styles from "./Reviews.module.css";
import type { Review } from "./reviews";

const WEEK_SECONDS = 7 * 86_400;

/** The items at which a review lost points, or which zeroed it. */
function lostIn(review: Review): Item[] {
  const { items, zeroed_by } = review.score;
  return itemsOf(review.sections).filter(({ id }) => {
    const earned = items[id];
    return zeroed_by.includes(id) || (earned !== undefined && earned.weight - earned.points > 1e-6);
  });
}

function GiveForm({ review, lost, onClose }: { review: Review; lost: Item[]; onClose: () => void }) {
  const { t } = useTranslation();
  const words = useWords();
  const zone = useZone();
  const { username } = useSession().user;
  const owners = useOwners();
  const giving = useGive(review.id);
  const [items, setItems] = useState<string[]>([]);
  const [note, setNote] = useState("");
  const [owner, setOwner] = useState<string | null>(username);
  const [due, setDue] = useState(() => toWall(zone, serverNow() + WEEK_SECONDS));
  const refusal = useRefusal(giving.error);
  const isElsewhere = !["owner", "due_at"].some((field) => refusal.at(field));

  function give(event: FormEvent): void {
    event.preventDefault();
    giving.mutate({ items, note, owner: owner ?? "", due_at: fromWall(zone, due) ?? 0 }, { onSuccess: onClose });
  }
  return (
    <form className={classes.form} onSubmit={give}>
      {giving.isError && isElsewhere && <Failure error={giving.error} />}
      <Checkbox.Group label={t("coaching.workOn")} value={items} onChange={setItems}>
        <div className={classes.cards}>
          {lost.map(({ id, label }) => (
            <Checkbox key={id} size="xs" value={id} label={words(label)} />
          ))}
        </div>
      </Checkbox.Group>
      <Textarea
        autosize
        minRows={2}
        maxLength={LONGEST_TEXT}
        label={t("coaching.note")}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      <Select
        label={t("coaching.owner")}
        data={(owners.data?.owners ?? []).map((one) => ({
          value: one.username,
          label: one.name ? `${one.name} (${one.username})` : one.username,
        }))}
        value={owner}
        onChange={setOwner}
        error={refusal.at("owner")}
        searchable
      />
      <TextInput
        type="datetime-local"
        label={t("coaching.due")}
        min={toWall(zone, serverNow())}
        value={due}
        onChange={(event) => setDue(event.currentTarget.value)}
        error={refusal.at("due_at")}
      />
      <div className={classes.actions}>
        <Button variant="subtle" onClick={onClose}>
          {t("coaching.leave")}
        </Button>
        <Button type="submit" disabled={items.length === 0 || !owner || !due} loading={giving.isPending}>
          {t("coaching.give")}
        </Button>
      </div>
    </form>
  );
}

/** What an item earned then, and in the next review. */
function ItemLine({ item }: { item: CoachedItem }) {
  const { t } = useTranslation();
  const words = useWords();
  const told = (earned: Earned | null) =>
    earned ? t("quality.earned", { points: rounded(earned.points), weight: rounded(earned.weight) }) : NOTHING;
  return (
    <li className={styles.read}>
      <span>{words(item.label)}</span>
      <small className="muted">
        {t("coaching.before", { points: told(item.before) })}
        {item.after && ` · ${t("coaching.after", { points: told(item.after) })}`}
      </small>
    </li>
  );
}

function Steps({ task }: { task: CoachingTask }) {
  const { t } = useTranslation();
  const tell = useTell();
  const step = useCoachingStep(task);
  const [comment, setComment] = useState("");
  return (
    <>
      {task.may.includes("acknowledge") && (
        <div>
          <Button
            loading={step.isPending}
            onClick={() => step.mutate({ step: "acknowledge", comment: "" }, { onError: tell.failure })}
          >
            {t("coaching.acknowledge")}
          </Button>
        </div>
      )}
      {task.may.includes("close") && (
        <>
          <Textarea
            autosize
            minRows={2}
            maxLength={LONGEST_TEXT}
            label={t("coaching.outcome")}
            description={t("coaching.outcomeHint")}
            value={comment}
            onChange={(event) => setComment(event.currentTarget.value)}
          />
          <div>
            <Button
              disabled={comment.trim() === ""}
              loading={step.isPending}
              onClick={() => step.mutate({ step: "close", comment }, { onError: tell.failure })}
            >
              {t("coaching.close")}
            </Button>
          </div>
        </>
      )}
    </>
  );
}

function Given({ task, home }: { task: CoachingTask; home: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      <p className="muted">
        {t("coaching.by", { name: task.owner, time: format.dateMinute(task.due_at) })} ·{" "}
        {t(`coaching.state.${task.state}`)}
      </p>
      {task.note && <p className={styles.text}>{task.note}</p>}
      <ul className={styles.steps}>
        {task.items.map((item) => (
          <ItemLine key={item.id} item={item} />
        ))}
      </ul>
      {task.closed_at !== null && (
        <>
          <p className={styles.text}>
            {t("coaching.done", { name: task.closed_by, time: format.dateMinute(task.closed_at) })}: {task.outcome}
          </p>
          <p className="muted">
            {task.next_review_id !== null ? (
              <Link href={`${home}/${task.next_review_id}`}>{t("coaching.nextReview")}</Link>
            ) : task.is_drawn ? (
              t("coaching.isDrawn")
            ) : (
              t("coaching.isNotDrawn")
            )}
          </p>
        </>
      )}
      <Steps key={task.version} task={task} />
    </>
  );
}

/** What the agent works on after a review; who reviews or leads gives it here. */
export function CoachingCard({ review, home }: { review: Review; home: string }) {
  const { t } = useTranslation();
  const task = useTaskOf(review.id);
  const { agent_number } = useSession().user;
  const reviews = useMay("review_calls");
  const leads = useMay("decide_appeals");
  const [isGiving, setGiving] = useState(false);
  const lost = lostIn(review);
  const mayGive = (reviews || leads) && agent_number !== review.agent_number && lost.length > 0;
  if (task.isPending || (task.data === null && !mayGive)) return null;
  return (
    <section className={`panel ${styles.panel}`} aria-labelledby="coaching-title">
      <h2 id="coaching-title">{t("coaching.title")}</h2>
      {task.isError && <Failure error={task.error} onRetry={() => void task.refetch()} />}
      {task.data && <Given task={task.data} home={home} />}
      {task.data === null && isGiving && <GiveForm review={review} lost={lost} onClose={() => setGiving(false)} />}
      {task.data === null && !isGiving && (
        <div>
          <Button variant="default" onClick={() => setGiving(true)}>
            {t("coaching.begin")}
          </Button>
        </div>
      )}
    </section>
  );
}
