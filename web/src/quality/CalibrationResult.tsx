import { useTranslation } from "react-i18next";
import { NOTHING } from "../format";
import table from "../parts/Table.module.css";
import { type Answer, type Item, itemsOf, NOT_APPLICABLE, type Section } from "./building";
import classes from "./Calibration.module.css";
import type { ItemResult, Result } from "./calibrations";
import { useWords } from "./forms";
import { useKeyWord } from "./ItemCard";
import { rounded } from "./ReviewItem";
import { Said } from "./ReviewRead";
import styles from "./Reviews.module.css";
import { keyOf, type Remark } from "./reviewing";

interface Props {
  sections: Section[];
  result: Result;
  onPlay: (remark: Remark) => void;
}

const shown = (value: number | null) => (value === null ? NOTHING : rounded(value));

function ItemRow({ item, one, result, onPlay }: { item: Item; one: ItemResult } & Omit<Props, "sections">) {
  const { t } = useTranslation();
  const words = useWords();
  const keyWord = useKeyWord();
  const isMarked = one.is_widest || one.is_split;
  return (
    <tr className={isMarked ? classes.marked : undefined}>
      <th scope="row">
        {words(item.label)}
        <small>{t("calibration.outOf", { points: rounded(item.points) })}</small>
        {one.is_widest && <strong>{t("calibration.widest")}</strong>}
        {one.is_split && <strong>{t("calibration.split")}</strong>}
      </th>
      {result.reviewers.map(({ username }) => {
        const given = one.given[username];
        const key = keyOf((given?.answer ?? undefined) as Answer | undefined);
        const points = shown(given?.points ?? null);
        const word = key === null ? null : key === NOT_APPLICABLE ? t("quality.notApplicable") : keyWord(item, key);
        const note = result.said[username]?.notes[one.item];
        return (
          <td key={username}>
            <span className="num">{points}</span>
            {word !== null && word !== String(points) && <small>{word}</small>}
            {note && <Said remark={note} onPlay={onPlay} />}
          </td>
        );
      })}
      <td className="num">{shown(one.mean)}</td>
      <td className="num">{shown(one.spread)}</td>
    </tr>
  );
}

function Totals({ result }: { result: Result }) {
  const { t } = useTranslation();
  const signed = (value: number) => `${value > 0 ? "+" : ""}${rounded(value)} %`;
  return (
    <tfoot>
      <tr>
        <th scope="row">{t("calibration.total")}</th>
        {result.reviewers.map((one) => (
          <td key={one.username}>
            <strong className="num">{rounded(one.total)}</strong>
            {one.is_zeroed && <small>{t("calibration.zeroed")}</small>}
          </td>
        ))}
        <td className="num">{shown(result.mean)}</td>
        <td className="num">{shown(result.spread)}</td>
      </tr>
      <tr>
        <th scope="row">
          {t("calibration.besideOthers")}
          <small>{t("calibration.besideOthersHint")}</small>
        </th>
        {result.reviewers.map((one) => (
          <td key={one.username} className="num">
            {one.beside_others === null ? NOTHING : signed(one.beside_others)}
          </td>
        ))}
        <td />
        <td />
      </tr>
    </tfoot>
  );
}

/** How far apart the reviewers were: item by item, beside each other, and altogether. */
export function CalibrationResult({ sections, result, onPlay }: Props) {
  const { t } = useTranslation();
  const items = new Map(itemsOf(sections).map((item) => [item.id, item]));
  const said = result.reviewers.filter(({ username }) => (result.said[username]?.comments.length ?? 0) > 0);
  const alpha = (value: number | null) => (value === null ? NOTHING : value.toFixed(2));
  if (result.reviewers.length === 0) {
    return (
      <section className={`panel ${styles.panel}`} aria-labelledby="result-title">
        <h2 id="result-title">{t("calibration.result")}</h2>
        <p>{t("calibration.nobody")}</p>
      </section>
    );
  }
  return (
    <section className={`panel ${styles.panel}`} aria-labelledby="result-title">
      <h2 id="result-title">{t("calibration.result")}</h2>
      <dl className={classes.alphas}>
        <div>
          <dt>{t("calibration.alphaPoints")}</dt>
          <dd className="num">{alpha(result.alpha_points)}</dd>
        </div>
        <div>
          <dt>{t("calibration.alphaYesNo")}</dt>
          <dd className="num">{alpha(result.alpha_yes_no)}</dd>
        </div>
      </dl>
      <p className="muted">{t("calibration.alphaHint")}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
      <section className={classes.scroll} tabIndex={0} aria-label={t("calibration.byItem")}>
        <table className={`${table.table} ${classes.result}`}>
          <thead>
            <tr>
              <th scope="col">{t("calibration.item")}</th>
              {result.reviewers.map(({ username }) => (
                <th key={username} scope="col">
                  {username}
                </th>
              ))}
              <th scope="col">{t("calibration.mean")}</th>
              <th scope="col">{t("calibration.spread")}</th>
            </tr>
          </thead>
          <tbody>
            {result.items.map((one) => {
              const item = items.get(one.item);
              return item && <ItemRow key={one.item} item={item} one={one} result={result} onPlay={onPlay} />;
            })}
          </tbody>
          <Totals result={result} />
        </table>
      </section>
      {said.length > 0 && <h3>{t("review.comments")}</h3>}
      {said.map(({ username }) => (
        <div key={username}>
          <strong>{username}</strong>
          {result.said[username]?.comments.map((remark, nth) => (
            <Said key={nth} remark={remark} onPlay={onPlay} />
          ))}
        </div>
      ))}
    </section>
  );
}
