import { IconDatabaseOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../api/queries";
import { duration } from "../format";
import { serverNow, useSecond } from "../live/clock";
import { useLive } from "../live/store";
import classes from "./LinkHealth.module.css";

/** Said under the header while a journal cannot be written: the floor is live, but a crash would lose what it saw. */
export function JournalBanner() {
  const { t } = useTranslation();
  const format = useFormat();
  useSecond();
  const journals = useLive((live) => live.entities.journals);
  return Object.values(journals).map((journal) => (
    <div
      key={journal.pbx}
      className={`${classes.banner} ${classes.still} ${classes.tone}`}
      data-tone="warn"
      role="alert"
    >
      <IconDatabaseOff size={16} aria-hidden />
      <span>
        {t("health.journal", { pbx: journal.pbx, time: format.time(journal.since) })} <em>({journal.reason})</em>
      </span>
      <span className={`num ${classes.age}`} aria-hidden>
        {duration(serverNow() - journal.since)}
      </span>
    </div>
  ));
}
