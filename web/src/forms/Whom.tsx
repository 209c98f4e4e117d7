import { useTranslation } from "react-i18next";
import classes from "./Forms.module.css";
import type { Sheet } from "./forms";

/** Whom the callback is for. */
export function Whom({ sheet: { target, list, attempt } }: { sheet: Sheet }) {
  const { t } = useTranslation();
  const known = Object.entries(target.attributes).filter(([, value]) => value);
  return (
    <>
      <div className={classes.whom}>
        <h2>
          {target.name || t("forms.nameless")}
          <small className="num">{attempt?.number ?? target.dial_number}</small>
        </h2>
        <span className="muted">{list.name}</span>
      </div>
      {known.length > 0 && (
        <dl className={classes.attributes}>
          {known.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </>
  );
}
