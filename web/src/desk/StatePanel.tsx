import { Button } from "@mantine/core";
import { IconCheck, IconHourglass } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useQueueWord, useSettings } from "../api/queries";
import type { Seat } from "../api/shapes";
import { pendingPause } from "../floor/SeatCard";
import { SeatGlyph } from "../floor/SeatGlyph";
import { usePauseReason } from "../floor/usePauseReason";
import { duration } from "../format";
import { useFrozen } from "../live/health";
import { Timer, useAge } from "../live/Timer";
import { AskForHelp } from "../seats/Help";
import { PauseMenu } from "../seats/PauseMenu";
import { SeatQueues } from "../seats/SeatQueues";
import { SignOutButton } from "../seats/SignOutButton";
import { possible, useWish, type Wishing } from "../seats/seats";
import { Told } from "../seats/Told";
import classes from "./Desk.module.css";
import { limitOf } from "./desk";
import { PhoneChoice } from "./phone/PhoneChoice";
import { SignIn } from "./SignIn";
import { useOwnAgent } from "./useOwnAgent";

/** How long the state lasts; of a wrap-up or a pause with a limit, against it. */
function Since({ seat }: { seat: Seat }) {
  const { t } = useTranslation();
  const limit = limitOf(seat, useSettings().data?.pause_reasons ?? []);
  const isOver = useAge(seat.since, seat.pbx) > (limit ?? Number.POSITIVE_INFINITY);
  return (
    <span className={classes.since} data-over={isOver || undefined}>
      <Timer since={seat.since} pbx={seat.pbx} />
      {limit !== null && (
        <small>
          {isOver ? t("desk.overLimit", { limit: duration(limit) }) : t("desk.ofLimit", { limit: duration(limit) })}
        </small>
      )}
    </span>
  );
}

function State({ seat }: { seat: Seat }) {
  const { t } = useTranslation();
  const reason = usePauseReason();
  const queueWord = useQueueWord();
  const pending = pendingPause(seat);
  const queues = seat.queues.map((queue) => queueWord(seat.pbx, queue)).join(", ");
  const at = seat.desk_label && t("desk.at", { label: seat.desk_label });
  return (
    <div className={classes.state} data-state={seat.state}>
      <SeatGlyph state={seat.state} />
      <div className={classes.words}>
        {/* The timer stands outside: read out would be each second of it. */}
        <strong role="status">
          {[
            t(`seat.state.${seat.state}`),
            seat.reason && reason(seat.reason),
            seat.state === "wrap_up" && seat.is_wrap_up_extended && t("desk.extended"),
          ]
            .filter(Boolean)
            .join(" · ")}
        </strong>
        <span className="muted">
          {[pending ? t("seat.pausePending", { reason: reason(pending.reason) }) : queues || t("desk.notSignedIn"), at]
            .filter(Boolean)
            .join(" · ")}
        </span>
      </div>
      {seat.state !== "signed_out" && <Since seat={seat} />}
    </div>
  );
}

function Buttons({ seat, wishing }: { seat: Seat; wishing: Wishing }) {
  const { t } = useTranslation();
  const may = possible(seat);
  if (may.signIn) return <SignIn seat={seat} wishing={wishing} />;
  return (
    <div className={classes.buttons}>
      {may.ready && (
        <Button
          size="lg"
          leftSection={<IconCheck size={20} aria-hidden />}
          disabled={wishing.isPending}
          onClick={() => wishing.mutate({ act: "ready" })}
        >
          {seat.state === "paused" ? t("command.ready") : t("command.noPause")}
        </Button>
      )}
      {may.endWrapUp && (
        <Button
          size="lg"
          leftSection={<IconCheck size={20} aria-hidden />}
          disabled={wishing.isPending}
          onClick={() => wishing.mutate({ act: "end-wrap-up" })}
        >
          {t("command.endWrapUp")}
        </Button>
      )}
      {may.extendWrapUp && (
        <Button
          size="lg"
          variant="default"
          leftSection={<IconHourglass size={20} aria-hidden />}
          disabled={wishing.isPending}
          onClick={() => wishing.mutate({ act: "extend-wrap-up" })}
        >
          {t("command.extendWrapUp")}
        </Button>
      )}
      <PauseMenu seat={seat} wishing={wishing} size="lg" />
      <SignOutButton seat={seat} wishing={wishing} size="lg" />
    </div>
  );
}

/** In which of their queues the agent works: one more, or one less, without signing out. */
function OwnQueues({ seat }: { seat: Seat }) {
  const own = useOwnAgent().data?.queues ?? [];
  return own.length > 0 && seat.queues.length > 0 ? <SeatQueues seat={seat} own={own} /> : null;
}

/** The agent's own state, as the floor has it, and what can be done about it. */
export function StatePanel({ seat }: { seat: Seat }) {
  const { t } = useTranslation();
  const wishing = useWish(seat);
  const isAway = useFrozen(seat.pbx) !== null;
  return (
    <section className={`panel ${classes.panel}`} aria-label={t("desk.myState")} data-stale={isAway || undefined}>
      <State seat={seat} />
      {isAway ? (
        <p role="status">{t("command.away")}</p>
      ) : (
        <>
          <PhoneChoice seat={seat} />
          <Buttons seat={seat} wishing={wishing} />
          <Told seat={seat} wishing={wishing} />
          <OwnQueues seat={seat} />
          <AskForHelp seat={seat} />
        </>
      )}
    </section>
  );
}
