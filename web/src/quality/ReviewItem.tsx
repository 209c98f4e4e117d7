import { ActionIcon, Chip, Textarea, Tooltip } from "@mantine/core";
import { IconPinned, IconPlayerPlay, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { duration } from "../format";
import { type Item, NOT_APPLICABLE, possibleKeys } from "./building";
import { type Earned, useWords } from "./forms";
import { useKeyWord } from "./ItemCard";
import classes from "./Quality.module.css";
import styles from "./Reviews.module.css";
import { NO_REMARK, type Remark } from "./reviewing";

export const LONGEST_TEXT = 4000;

export function rounded(points: number): number {
  return Math.round(points * 10) / 10;
}

/** A moment of the recording; a click plays from there. */
export function Moment({ remark, onPlay }: { remark: Remark; onPlay: (remark: Remark) => void }) {
  const { t } = useTranslation();
  if (remark.at === null) return null;
  const time = duration(Math.floor(remark.at));
  return (
    <button
      type="button"
      className={`num ${styles.moment}`}
      aria-label={t("review.playFrom", { time })}
      onClick={() => onPlay(remark)}
    >
      <IconPlayerPlay size={12} aria-hidden /> {time}
    </button>
  );
}

interface RemarkFieldProps {
  label: string;
  remark: Remark;
  change: (remark: Remark) => void;
  pin: (remark: Remark) => Remark;
  onPlay: (remark: Remark) => void;
  onRemove?: () => void;
}

/** A text to be typed, with the moment that it is pinned to. */
export function RemarkField({ label, remark, change, pin, onPlay, onRemove }: RemarkFieldProps) {
  const { t } = useTranslation();
  return (
    <div className={styles.remark}>
      <Textarea
        size="xs"
        autosize
        minRows={1}
        maxLength={LONGEST_TEXT}
        aria-label={label}
        placeholder={t("review.note")}
        value={remark.text}
        onChange={(event) => change({ ...remark, text: event.currentTarget.value })}
      />
      <Moment remark={remark} onPlay={onPlay} />
      <Tooltip label={t("review.pin")}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`${t("review.pin")}: ${label}`}
          onClick={() => change(pin(remark))}
        >
          <IconPinned size={16} />
        </ActionIcon>
      </Tooltip>
      {(onRemove || remark.at !== null) && (
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`${onRemove ? t("review.remove") : t("review.unpin")}: ${label}`}
          onClick={onRemove ?? (() => change({ ...remark, at: null, recording_id: null }))}
        >
          <IconX size={16} />
        </ActionIcon>
      )}
    </div>
  );
}

interface EditedItemProps {
  item: Item;
  chosen: string | null;
  earned: Earned | undefined;
  isMissing?: boolean;
  choose: (key: string) => void;
  /** Without it the item has no note to be typed. */
  note?: Omit<RemarkFieldProps, "label" | "remark"> & { remark: Remark | undefined };
}

/** One item to be answered. */
export function EditedItem({ item, chosen, earned, isMissing, choose, note }: EditedItemProps) {
  const { t } = useTranslation();
  const words = useWords();
  const keyWord = useKeyWord();
  const guidance = words(item.guidance);
  return (
    <fieldset className={`${classes.question} ${styles.item}`} data-item={item.id} tabIndex={-1}>
      <legend>
        {words(item.label)}
        {item.is_fatal && <small>{t("review.fatal")}</small>}
        {earned && (
          <small>{t("quality.earned", { points: rounded(earned.points), weight: rounded(earned.weight) })}</small>
        )}
        {guidance && <small>{guidance}</small>}
      </legend>
      <Chip.Group value={chosen} onChange={choose}>
        <div className={classes.choices}>
          {[...possibleKeys(item), NOT_APPLICABLE].map((key) => (
            <Chip key={key} size="xs" name={item.id} value={key}>
              {key === NOT_APPLICABLE ? t("quality.notApplicable") : keyWord(item, key)}
            </Chip>
          ))}
        </div>
      </Chip.Group>
      {isMissing && <p className={classes.zeroed}>{t("review.missing")}</p>}
      {note && (
        <RemarkField
          {...note}
          label={t("review.noteOn", { item: words(item.label) })}
          remark={note.remark ?? NO_REMARK}
        />
      )}
    </fieldset>
  );
}
