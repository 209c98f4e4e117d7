import { Button, NumberInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useQueueWord } from "../api/queries";
import type { Seat } from "../api/shapes";
import { useFrozen } from "../live/health";
import classes from "./Seats.module.css";
import { MOST_PENALTY, useWish } from "./seats";
import { Told } from "./Told";

/** In which queue the seat is rung after which others: changed here, one queue at a time. */
export function Penalties({ seat }: { seat: Seat }) {
  const { t } = useTranslation();
  if (seat.queues.length === 0) return null;
  return (
    <section className={classes.controls} aria-label={t("penalty.title")}>
      <p className={classes.told}>{t("penalty.hint")}</p>
      {seat.queues.map((queue) => (
        <Penalty key={`${queue} ${seat.penalties[queue]}`} seat={seat} queue={queue} />
      ))}
    </section>
  );
}

function Penalty({ seat, queue }: { seat: Seat; queue: string }) {
  const { t } = useTranslation();
  const name = useQueueWord()(seat.pbx, queue);
  const wishing = useWish(seat);
  const now = seat.penalties[queue] ?? 0;
  const [penalty, setPenalty] = useState<number | string>(now);
  const isAway = useFrozen(seat.pbx) !== null;
  const isNew = typeof penalty === "number" && penalty !== now;
  function submit(event: FormEvent) {
    event.preventDefault();
    if (isNew) wishing.mutate({ act: "penalty", body: { queue, penalty } });
  }
  return (
    <form onSubmit={submit}>
      <fieldset disabled={isAway} className={classes.penalty}>
        <NumberInput
          size="xs"
          label={t("penalty.in", { queue: name })}
          min={0}
          max={MOST_PENALTY}
          allowDecimal={false}
          value={penalty}
          onChange={setPenalty}
        />
        <Button
          type="submit"
          size="xs"
          variant="default"
          disabled={!isNew}
          loading={wishing.isPending}
          aria-label={t("penalty.changeIn", { queue: name })}
        >
          {t("penalty.change")}
        </Button>
      </fieldset>
      {(wishing.isError || wishing.data?.result === "asked") && <Told seat={seat} wishing={wishing} />}
    </form>
  );
}
