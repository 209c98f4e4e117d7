import { Button, Checkbox } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "../api/client";
import { useQueueWord } from "../api/queries";
import type { Seat } from "../api/shapes";
import { Failure } from "../parts/Failure";
import { RowsSkeleton } from "../parts/Waiting";
import type { Wishing } from "../seats/seats";
import classes from "./Desk.module.css";

/** The queues that the settings give this agent, all of them chosen until some are taken out. */
export function SignIn({ seat, wishing }: { seat: Seat; wishing: Wishing }) {
  const { t } = useTranslation();
  const queueWord = useQueueWord();
  const agent = useQuery({ queryKey: ["agent"], queryFn: () => ask("GET /api/agents/mine") });
  const [leftOut, leaveOut] = useState<string[]>([]);
  if (agent.isPending) return <RowsSkeleton rows={2} />;
  if (agent.isError) return <Failure error={agent.error} onRetry={() => void agent.refetch()} />;
  const { queues } = agent.data;
  if (queues.length === 0) return <p className="muted">{t("desk.noQueues")}</p>;
  const chosen = queues.filter((queue) => !leftOut.includes(queue));
  function submit(event: FormEvent) {
    event.preventDefault();
    wishing.mutate({ act: "sign-in", body: { queues: chosen } });
  }
  return (
    <form onSubmit={submit} className={classes.signIn}>
      <fieldset className={classes.queues}>
        <legend>{t("desk.whichQueues")}</legend>
        {queues.map((queue) => (
          <Checkbox
            key={queue}
            label={queueWord(seat.pbx, queue)}
            checked={chosen.includes(queue)}
            onChange={() =>
              leaveOut(chosen.includes(queue) ? [...leftOut, queue] : leftOut.filter((one) => one !== queue))
            }
          />
        ))}
      </fieldset>
      <Button type="submit" size="lg" disabled={chosen.length === 0} loading={wishing.isPending}>
        {t("command.signIn")}
      </Button>
    </form>
  );
}
