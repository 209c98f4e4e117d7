/** What closing a complaint leads to: a callback, or none and why, with a way to have one from now on. */

import { Button, Select } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useMay, useOwnQueues, useSession } from "../api/queries";
import { useTell } from "../parts/useTell";
import classes from "./Tickets.module.css";
import { type Ticket, useExpected, useMakeCallbackList } from "./tickets";

/** Makes the list and its rule; its agents are those of a queue. */
function MakeList() {
  const { t } = useTranslation();
  const tell = useTell();
  const queues = [...new Map(useOwnQueues().map(({ queue, label }) => [queue, label]))];
  const [queue, setQueue] = useState(queues[0]?.[0] ?? "");
  const make = useMakeCallbackList();
  const done = { onSuccess: () => tell.success(t("tickets.callbackListMade")), onError: tell.failure };
  return (
    <div className={classes.fields}>
      <Select
        label={t("tickets.callbackListQueue")}
        data={queues.map(([value, label]) => ({ value, label }))}
        value={queue || null}
        onChange={(chosen) => setQueue(chosen ?? "")}
        allowDeselect={false}
      />
      <Button
        variant="default"
        disabled={!queue}
        loading={make.isPending}
        style={{ alignSelf: "end" }}
        onClick={() => make.mutate({ name: t("tickets.callbackList"), queue }, done)}
      >
        {t("tickets.makeCallbackList")}
      </Button>
    </div>
  );
}

export function ExpectedCallback({ of }: { of: Pick<Ticket, "id" | "version"> }) {
  const { t } = useTranslation();
  const mayRun = useMay("run_lists");
  const seesLists = useMay("see_lists");
  const { scope } = useSession().user;
  const { data } = useExpected(of);
  if (!data || (data.list === null && data.why_none === null)) return null;
  if (data.list === null) {
    const isMaker = mayRun && scope === null;
    return (
      <>
        <p role="note" className={classes.warning}>
          {t("tickets.noCallback", { why: data.why_none ? t(`tickets.whyNone.${data.why_none}`) : "" })}{" "}
          {data.why_none === "no_rule" && !isMaker && t("tickets.askForRule")}
        </p>
        {data.why_none === "no_rule" && isMaker && <MakeList />}
      </>
    );
  }
  const { id, name, state } = data.list;
  return (
    <p role="note" className={state === "stopped" ? classes.warning : "muted"}>
      {data.days === 0
        ? t("tickets.callbackToday", { list: name })
        : t("tickets.callbackIn", { count: data.days, list: name })}{" "}
      {state === "stopped" && t("tickets.callbackStopped")}{" "}
      {state === "stopped" && seesLists && <Link href={`/callbacks/${id}`}>{name}</Link>}
    </p>
  );
}
