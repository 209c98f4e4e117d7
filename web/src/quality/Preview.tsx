import { Chip } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Failure } from "../parts/Failure";
import { answersOf, type Item, isReady, itemsOf, NOT_APPLICABLE, possibleKeys } from "./building";
import { type Earned, type FormContent, type Score, useScore, useWords } from "./forms";
import { useKeyWord } from "./ItemCard";
import classes from "./Quality.module.css";

const SETTLE_MS = 250;

function rounded(points: number): number {
  return Math.round(points * 10) / 10;
}

interface QuestionProps {
  item: Item;
  chosen: string | null;
  earned: Earned | undefined;
  choose: (key: string) => void;
}

function Question({ item, chosen, earned, choose }: QuestionProps) {
  const { t } = useTranslation();
  const words = useWords();
  const keyWord = useKeyWord();
  const guidance = words(item.guidance);
  return (
    <fieldset className={classes.question}>
      <legend>
        {words(item.label)}
        {earned && (
          <small>{t("quality.earned", { points: rounded(earned.points), weight: rounded(earned.weight) })}</small>
        )}
        {guidance && <small>{guidance}</small>}
      </legend>
      <Chip.Group value={chosen} onChange={choose}>
        <div className={classes.choices}>
          {possibleKeys(item).map((key) => (
            <Chip key={key} size="xs" name={item.id} value={key}>
              {keyWord(item, key)}
            </Chip>
          ))}
          <Chip size="xs" name={item.id} value={NOT_APPLICABLE}>
            {t("quality.notApplicable")}
          </Chip>
        </div>
      </Chip.Group>
    </fieldset>
  );
}

function Total({ score, items }: { score: Score; items: Item[] }) {
  const { t } = useTranslation();
  const words = useWords();
  const fatal = items.filter(({ id }) => score.zeroed_by.includes(id)).map(({ label }) => words(label));
  return (
    <div aria-live="polite">
      <p className={classes.total}>
        {score.total === null ? t("quality.noScore") : t("quality.score", { score: rounded(score.total) })}
      </p>
      {fatal.length > 0 && <p className={classes.zeroed}>{t("quality.zeroed", { items: fatal.join(", ") })}</p>}
    </div>
  );
}

/** The form as reviewers will see it, to be tried, with the score of what is answered. */
export function Preview({ content }: { content: FormContent }) {
  const { t } = useTranslation();
  const words = useWords();
  const [keys, setKeys] = useState<Record<string, string>>({});
  const [tried] = useDebouncedValue(content, SETTLE_MS);
  const isComplete = isReady(tried.name, tried.sections);
  const score = useScore(tried, answersOf(tried.sections, keys), isComplete);
  return (
    <section className={classes.preview} aria-label={t("quality.preview")}>
      <h2>{t("quality.preview")}</h2>
      {!isComplete && <p className="muted">{t("quality.unfinished")}</p>}
      {score.isError && <Failure error={score.error} />}
      {isComplete && score.data && <Total score={score.data} items={itemsOf(tried.sections)} />}
      {isComplete &&
        tried.sections.map((section) => (
          <div key={section.id} className={classes.cards}>
            <h3>{words(section.label)}</h3>
            {section.items
              .filter(({ id }) => score.data?.asked.includes(id))
              .map((item) => (
                <Question
                  key={item.id}
                  item={item}
                  chosen={keys[item.id] ?? null}
                  earned={score.data?.items[item.id]}
                  choose={(key) => setKeys({ ...keys, [item.id]: key })}
                />
              ))}
          </div>
        ))}
    </section>
  );
}
