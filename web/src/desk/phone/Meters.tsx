import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import classes from "./Phone.module.css";
import { meter } from "./sounds";
import { usePhone } from "./state";

/** Ten times a second, past React. */
function Level({ stream, label }: { stream: MediaStream | null; label: string }) {
  const element = useRef<HTMLMeterElement>(null);
  useEffect(() => {
    if (!stream?.active) return;
    return meter(stream, (level) => {
      if (element.current) element.current.value = level;
    });
  }, [stream]);
  return <meter ref={element} min={0} max={1} aria-label={label} />;
}

/** How loud both sides are. */
export function Meters() {
  const { t } = useTranslation();
  const own = usePhone((phone) => phone.own);
  const theirs = usePhone((phone) => phone.theirs);
  return (
    <dl className={classes.meters}>
      <dt>{t("phone.you")}</dt>
      <dd>
        <Level stream={own} label={t("phone.yourLevel")} />
      </dd>
      <dt>{t("phone.they")}</dt>
      <dd>
        <Level stream={theirs} label={t("phone.theirLevel")} />
      </dd>
    </dl>
  );
}
