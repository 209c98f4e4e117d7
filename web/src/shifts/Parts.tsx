import { useTranslation } from "react-i18next";
import { KINDS, type Part, partWord } from "./clock";
import classes from "./Shifts.module.css";

/** The parts of a shift as a bar: as wide as they are long, with what lies between them left open. */
export function Bar({ parts }: { parts: readonly Part[] }) {
  let before = parts[0]?.start_minute ?? 0;
  const pieces = parts.flatMap((part) => {
    const gap = part.start_minute - before;
    before = part.end_minute;
    const piece = { key: part.start_minute, kind: part.kind, minutes: part.end_minute - part.start_minute };
    return gap > 0 ? [{ key: -part.start_minute, kind: undefined, minutes: gap }, piece] : [piece];
  });
  return (
    <span className={classes.bar} aria-hidden>
      {pieces.map(({ key, kind, minutes }) => (
        <span key={key} data-kind={kind} data-gap={kind ? undefined : true} style={{ flexGrow: minutes }} />
      ))}
    </span>
  );
}

/** The parts in words. */
export function PartList({ parts }: { parts: readonly Part[] }) {
  const { t } = useTranslation();
  return (
    <ul className={classes.parts}>
      {parts.map((part) => (
        <li key={part.start_minute}>
          <span className={classes.mark} data-kind={part.kind} aria-hidden />
          <span className="num">{partWord(part)}</span> {t(`shifts.kind.${part.kind}`)}
        </li>
      ))}
    </ul>
  );
}

/** Which colour is which kind. */
export function Legend() {
  const { t } = useTranslation();
  return (
    <ul className={classes.legend}>
      {KINDS.map((kind) => (
        <li key={kind}>
          <span className={classes.mark} data-kind={kind} aria-hidden />
          {t(`shifts.kind.${kind}`)}
        </li>
      ))}
    </ul>
  );
}
