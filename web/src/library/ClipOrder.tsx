import { useState } from "react";
import { useTranslation } from "react-i18next";
import { duration } from "../format";
import { reordered } from "../parts/order";
import { useWords } from "../quality/forms";
import { Tools } from "../quality/ItemCard";
import { KindBadge } from "./ClipCard";
import classes from "./Library.module.css";
import type { Clip } from "./library";

interface Props {
  clips: Clip[];
  change: (clips: Clip[]) => void;
}

/** Clips in an order, which is changed by buttons, or by dragging them. */
export function ClipOrder({ clips, change }: Props) {
  const { t } = useTranslation();
  const words = useWords();
  const [dragged, setDragged] = useState<number | null>(null);
  const [said, setSaid] = useState("");
  function move(from: number, to: number): void {
    const next = reordered(clips, from, to);
    change(next);
    const title = words((next[to] as Clip).title);
    setSaid(t("library.moved", { title, place: to + 1, count: next.length }));
  }
  return (
    <>
      <ol className={classes.order} aria-label={t("library.order")}>
        {clips.map((clip, nth) => (
          <li
            key={clip.id}
            draggable
            data-dragged={nth === dragged || undefined}
            onDragStart={(event) => {
              event.dataTransfer.effectAllowed = "move";
              setDragged(nth);
            }}
            onDragOver={(event) => {
              if (dragged === null) return;
              event.preventDefault();
              if (dragged === nth) return;
              move(dragged, nth);
              setDragged(nth);
            }}
            onDragEnd={() => setDragged(null)}
          >
            <span className={classes.orderTitle}>
              <span className="num">{nth + 1}.</span> {words(clip.title)}
            </span>
            <KindBadge kind={clip.kind} />
            <span className="num muted">{duration(clip.duration_seconds)}</span>
            <span className={classes.orderTools}>
              <Tools
                name={words(clip.title)}
                tools={{
                  up: nth === 0 ? null : () => move(nth, nth - 1),
                  down: nth === clips.length - 1 ? null : () => move(nth, nth + 1),
                  remove: () => change(clips.filter((one) => one.id !== clip.id)),
                }}
              />
            </span>
          </li>
        ))}
      </ol>
      <p className="visually-hidden" aria-live="polite">
        {said}
      </p>
    </>
  );
}
