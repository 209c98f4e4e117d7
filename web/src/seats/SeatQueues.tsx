import { Button, Select } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useQueueWord, useSettings } from "../api/queries";
import type { Seat } from "../api/shapes";
import { useFrozen } from "../live/health";
import { SureButton } from "../parts/SureButton";
import classes from "./Seats.module.css";
import { useWish, type Wishing } from "./seats";
import { Told } from "./Told";

interface Props {
  seat: Seat;
  /** The queues of an agent who adds and leaves them: these alone. A supervisor has all. */
  own?: readonly string[];
}

/** One more queue for the seat, of those that it is not in. */
function Add({ seat, own, wishing }: Props & { wishing: Wishing }) {
  const { t } = useTranslation();
  const [queue, setQueue] = useState<string | null>(null);
  const others = (useSettings().data?.queues ?? []).filter(
    ({ pbx, queue }) => pbx === seat.pbx && !seat.queues.includes(queue) && (own?.includes(queue) ?? true),
  );
  if (others.length === 0) return null;
  function submit(event: FormEvent) {
    event.preventDefault();
    if (queue) wishing.mutate({ act: "join-queue", body: { queue } }, { onSuccess: () => setQueue(null) });
  }
  return (
    <form onSubmit={submit} className={classes.penalty}>
      <Select
        size="xs"
        label={t("seatQueues.another")}
        data={others.map((one) => ({ value: one.queue, label: one.label }))}
        value={queue}
        onChange={setQueue}
      />
      <Button
        type="submit"
        size="xs"
        variant="default"
        leftSection={<IconPlus size={14} aria-hidden />}
        disabled={queue === null || wishing.isPending}
      >
        {t("seatQueues.add")}
      </Button>
    </form>
  );
}

/** In which queues the seat is: its agent leaves one or adds one of their own, a supervisor any. */
export function SeatQueues({ seat, own }: Props) {
  const { t } = useTranslation();
  const queueWord = useQueueWord();
  const wishing = useWish(seat);
  const isAway = useFrozen(seat.pbx) !== null;
  const isLast = seat.queues.length === 1;
  const name = (queue: string) => (own ? t("seatQueues.leave", { queue }) : t("seatQueues.remove", { queue }));
  const sure = own ? t("seatQueues.sureToLeave") : t("seatQueues.sure");
  return (
    <section className={classes.controls} aria-label={own ? t("seatQueues.mine") : t("seatQueues.title")}>
      <fieldset disabled={isAway} className={classes.row}>
        {seat.queues.map((queue) => (
          <span key={queue} className={classes.queue}>
            {queueWord(seat.pbx, queue)}
            {(own?.includes(queue) ?? true) && (
              <SureButton
                key={`${isLast}`}
                label="×"
                name={name(queueWord(seat.pbx, queue))}
                sure={isLast ? t("seatQueues.sureOfLast") : sure}
                disabled={wishing.isPending}
                onSure={() => wishing.mutate({ act: "leave-queue", body: { queue } })}
              />
            )}
          </span>
        ))}
        {seat.queues.length === 0 && <span className="muted">{t("seatQueues.none")}</span>}
      </fieldset>
      <fieldset disabled={isAway} className={classes.row}>
        <Add seat={seat} own={own} wishing={wishing} />
      </fieldset>
      {!isAway && <Told seat={seat} wishing={wishing} />}
    </section>
  );
}
