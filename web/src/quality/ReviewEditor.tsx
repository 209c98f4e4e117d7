import { Button } from "@mantine/core";
import { type KeyboardEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { DraftKept } from "../parts/DraftKept";
import { SureButton } from "../parts/SureButton";
import { useTell } from "../parts/useTell";
import { answerOf } from "./building";
import { useWords } from "./forms";
import type { Hearing } from "./Heard";
import classes from "./Quality.module.css";
import { EditedItem, RemarkField } from "./ReviewItem";
import { Total } from "./ReviewRead";
import styles from "./Reviews.module.css";
import { answerByKey, asked, firstMissing, keyOf, NO_REMARK, type Remark } from "./reviewing";
import type { Written } from "./reviews";
import { type Saved, useDraft } from "./useDraft";

const KEYS = [
  ["J · K", "nextItem"],
  ["0–9 · Y · N · X", "answer"],
  ["M", "pin"],
  ["P", "play"],
  [", · .", "step"],
  ["C", "comment"],
  ["Esc", "leave"],
] as const;
const STEP_SECONDS = 5;

/** Where what is written goes: it is saved, and finished in the end; a draft that can be discarded says how. */
export interface Doors extends Saved {
  finish: (version: number) => void;
  finishing: "publish" | "finish";
  isFinishing: boolean;
  discard?: (version: number, forget: () => void) => void;
  isDiscarding?: boolean;
}

interface EditorProps {
  written: Written;
  doors: Doors;
  hearing: Hearing;
}

/** The form of a draft: answered with the keyboard alone, saved while it is typed. */
export function ReviewEditor({ written: review, doors, hearing }: EditorProps) {
  const { player, pin, onPlay } = hearing;
  const { t } = useTranslation();
  const words = useWords();
  const tell = useTell();
  const form = useRef<HTMLElement>(null);
  const [scored, setScored] = useState(review);
  const [showsMissing, setShowsMissing] = useState(false);
  const { draft, change, ...kept } = useDraft(review, doors, setScored);
  const { discard } = doors;
  const items = asked(review.sections, draft.answers);

  function choose(id: string, key: string): void {
    const item = items.find((one) => one.id === id);
    const answer = item && answerOf(item, key);
    if (answer !== null && answer !== undefined) change({ ...draft, answers: { ...draft.answers, [id]: answer } });
  }
  function note(id: string, remark: Remark): void {
    change({ ...draft, notes: { ...draft.notes, [id]: remark } });
  }
  function comment(nth: number, remark: Remark | null): void {
    const comments = [...draft.comments];
    comments.splice(nth, 1, ...(remark ? [remark] : []));
    change({ ...draft, comments });
  }
  function focusItem(id: string | undefined, inside = ""): void {
    const found = form.current?.querySelector<HTMLElement>(`[data-item="${id}"] ${inside}`.trim());
    found?.focus();
    found?.scrollIntoView({ block: "nearest" });
  }
  function addComment(): void {
    change({ ...draft, comments: [...draft.comments, pin(NO_REMARK)] });
    // It is there only after it was drawn.
    window.setTimeout(() => focusItem(`comment-${draft.comments.length}`, "textarea"));
  }
  async function finish(): Promise<void> {
    const missing = firstMissing(review.sections, draft.answers);
    setShowsMissing(missing !== null);
    if (missing) {
      tell.failure(new Error(t("review.missingSome")));
      return focusItem(missing.id);
    }
    if (await kept.save()) doors.finish(kept.version());
  }

  function onKey(event: KeyboardEvent): void {
    const from = event.target as HTMLElement;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      return void finish();
    }
    const here = from.closest<HTMLElement>("[data-item]")?.dataset.item;
    if (from.matches("textarea")) {
      if (event.key === "Escape") from.closest<HTMLElement>("[data-item]")?.focus();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const nth = items.findIndex(({ id }) => id === here);
    const item = items[nth];
    const actions: Record<string, () => void> = {
      j: () => focusItem(items[nth + 1]?.id),
      k: () => focusItem(items[Math.max(0, nth - 1)]?.id),
      m: () => {
        if (!item) return addComment();
        note(item.id, pin(draft.notes[item.id] ?? NO_REMARK));
        focusItem(item.id, "textarea");
      },
      c: addComment,
      p: () => player.current?.toggle(),
      ",": () => player.current?.seek(player.current.now() - STEP_SECONDS),
      ".": () => player.current?.seek(player.current.now() + STEP_SECONDS),
    };
    const key = event.key.toLowerCase();
    const answer = item && answerByKey(item, key);
    const action = actions[key] ?? (answer ? () => choose(item.id, answer) : null);
    if (!action) return;
    event.preventDefault();
    action();
  }

  return (
    <section
      ref={form}
      className={`panel ${styles.panel}`}
      aria-label={t("review.form")}
      onKeyDown={onKey}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: keys begin here
      tabIndex={0}
    >
      <div className={classes.head}>
        <h2>{words(review.form_name)}</h2>
        <small className="muted" aria-live="polite">
          {t(`review.${kept.isKept ? "saving" : "savingUnkept"}.${kept.saving}`)}
        </small>
      </div>
      {!kept.isKept && <DraftKept isKept={false} />}
      {kept.left && (
        <p role="alert" className={styles.line}>
          {t("review.left")}
          <Button size="compact-xs" onClick={kept.takeLeft}>
            {t("review.takeLeft")}
          </Button>
          <Button size="compact-xs" variant="default" onClick={kept.forget}>
            {t("review.forgetLeft")}
          </Button>
        </p>
      )}
      <Total total={scored.score.total} zeroed={scored.score.zeroed_by} review={review} />
      {review.sections.map((section) => (
        <div key={section.id} className={classes.cards}>
          <h3>{words(section.label)}</h3>
          {section.items
            .filter((item) => items.includes(item))
            .map((item) => (
              <EditedItem
                key={item.id}
                item={item}
                chosen={keyOf(draft.answers[item.id])}
                earned={scored.score.items[item.id]}
                isMissing={showsMissing && draft.answers[item.id] === undefined}
                choose={(key) => choose(item.id, key)}
                note={{
                  remark: draft.notes[item.id],
                  change: (remark) => note(item.id, remark),
                  pin,
                  onPlay,
                }}
              />
            ))}
        </div>
      ))}
      <div className={classes.cards}>
        <h3>{t("review.comments")}</h3>
        {draft.comments.map((remark, nth) => (
          <div key={nth} data-item={`comment-${nth}`} tabIndex={-1}>
            <RemarkField
              label={t("review.commentNumber", { number: nth + 1 })}
              remark={remark}
              change={(next) => comment(nth, next)}
              pin={pin}
              onPlay={onPlay}
              onRemove={() => comment(nth, null)}
            />
          </div>
        ))}
        <div>
          <Button size="compact-xs" variant="default" onClick={addComment}>
            {t("review.addComment")}
          </Button>
        </div>
      </div>
      <div className={classes.actions}>
        {discard ? (
          <SureButton
            label={t("review.discard")}
            sure={t("review.discardSure")}
            isSending={doors.isDiscarding}
            onSure={() => discard(kept.version(), kept.forget)}
          />
        ) : (
          <span className="muted">{t("calibration.stands")}</span>
        )}
        <Button loading={doors.isFinishing} onClick={() => void finish()}>
          {t(`review.${doors.finishing}`)}
        </Button>
      </div>
      <details>
        <summary>{t("review.keys.title")}</summary>
        <dl className={styles.keys}>
          {[...KEYS, ["Ctrl+Enter", doors.finishing] as const].map(([key, does]) => (
            <div key={key} style={{ display: "contents" }}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{t(`review.keys.${does}`)}</dd>
            </div>
          ))}
        </dl>
      </details>
    </section>
  );
}
