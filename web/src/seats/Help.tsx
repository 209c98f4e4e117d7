import { Button } from "@mantine/core";
import { IconHandStop } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Seat } from "../api/shapes";
import { useFrozen } from "../live/health";
import { Timer } from "../live/Timer";
import { Failure } from "../parts/Failure";
import classes from "./Seats.module.css";
import { isInCall, useWish } from "./seats";

/** Since when help is asked for, and who is on the way. */
function Said({ seat, since }: { seat: Seat; since: number }) {
  const { t } = useTranslation();
  return (
    <>
      {/* The timer stands outside: read out would be each second of it. */}
      <span role="status">
        <IconHandStop size={18} aria-hidden />
        {seat.help_by ? t("help.onTheWay", { name: seat.help_by }) : t("help.asked")}
      </span>
      <Timer since={since} pbx={seat.pbx} />
    </>
  );
}

/** The agent's own button, also in a call after signing out: asks for help, sees who comes, and says that it is over. */
export function AskForHelp({ seat }: { seat: Seat }) {
  const { t } = useTranslation();
  const wishing = useWish(seat);
  const isAway = useFrozen(seat.pbx) !== null;
  const { help_since: since } = seat;
  if (seat.queues.length === 0 && !isInCall(seat)) return null;
  // Not disabled while it is asked: a button that is loses the keyboard.
  function press() {
    if (!wishing.isPending) wishing.mutate({ act: since === null ? "ask-for-help" : "end-help" });
  }
  return (
    <div className={classes.help} data-asked={since !== null || undefined}>
      {since !== null && <Said seat={seat} since={since} />}
      <Button
        variant="default"
        leftSection={<IconHandStop size={18} aria-hidden />}
        aria-disabled={wishing.isPending}
        disabled={isAway}
        onClick={press}
      >
        {since === null ? t("help.ask") : t("help.over")}
      </Button>
      {wishing.isError && <Failure error={wishing.error} />}
    </div>
  );
}

/** A supervisor's answer to an agent who asks for help. */
export function HelpControls({ seat }: { seat: Seat }) {
  const { t } = useTranslation();
  const wishing = useWish(seat);
  const isAway = useFrozen(seat.pbx) !== null;
  const { help_since: since } = seat;
  if (since === null) return null;
  return (
    <section className={classes.help} data-asked aria-label={t("help.title")}>
      <Said seat={seat} since={since} />
      {!seat.help_by && (
        <Button size="xs" disabled={wishing.isPending || isAway} onClick={() => wishing.mutate({ act: "take-help" })}>
          {t("help.take")}
        </Button>
      )}
      <Button
        size="xs"
        variant="default"
        disabled={wishing.isPending || isAway}
        onClick={() => wishing.mutate({ act: "end-help" })}
      >
        {t("help.over")}
      </Button>
      {wishing.isError && <Failure error={wishing.error} />}
    </section>
  );
}
