import { Select } from "@mantine/core";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useShallow } from "zustand/shallow";
import { useFigures, useFormat, useMay } from "../api/queries";
import { serverNow } from "../live/clock";
import { useLive } from "../live/store";
import { MessagesButton } from "../messages/MessagesButton";
import { Failure } from "../parts/Failure";
import { useTitle } from "../parts/useTitle";
import { Empty, PageSkeleton } from "../parts/Waiting";
import { useOpened } from "../reports/useOpened";
import { Figures } from "./Figures";
import classes from "./FloorPage.module.css";
import { Queues } from "./Queues";
import { Seats } from "./Seats";
import { useFloorFilter } from "./useFloorFilter";
import { WaitingCallers } from "./WaitingCallers";

const CountedDrawer = lazy(() => import("../reports/CountedDrawer"));

export default function FloorPage() {
  const { t } = useTranslation();
  const [filter, change] = useFloorFilter();
  const [opened, open] = useOpened();
  const figures = useFigures();
  const format = useFormat();
  const controls = useMay("control_seats");
  const isThere = useLive((live) => live.epoch !== null || live.lastFrameAt > 0);
  const isRefused = useLive((live) => live.connection === "refused");
  const queues = useLive(
    useShallow((live) =>
      Object.entries(live.entities.queues)
        .map(([id, queue]) => `${id}\n${queue.label || queue.queue}`)
        .sort(),
    ),
  );
  useTitle(t("page.floor"));
  if (isRefused) return <Empty title={t("page.notAllowed")} text={t("page.notAllowedText")} />;
  if (!isThere) return <PageSkeleton />;
  const options = queues.map((line) => {
    const [value = "", label = ""] = line.split("\n");
    return { value, label };
  });
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <h1>
          {t("floor.today")} <small>{format.date(serverNow())}</small>
        </h1>
        <Select
          size="xs"
          aria-label={t("floor.queue")}
          className={classes.scope}
          data={[{ value: "", label: t("floor.allQueues") }, ...options]}
          value={options.some((option) => option.value === filter.queue) ? filter.queue : ""}
          onChange={(queue) => change({ queue: queue ?? "" })}
          allowDeselect={false}
        />
        {controls && <MessagesButton />}
      </div>
      {figures.isError && <Failure error={figures.error} onRetry={() => void figures.refetch()} />}
      <Figures scope={filter.queue || "*"} />
      <div className={classes.middle}>
        <section className="panel" aria-label={t("floor.queues")}>
          <Queues filter={filter} change={change} />
        </section>
        <section className="panel" aria-labelledby="waiting-title">
          <h2 id="waiting-title" className={classes.title}>
            {t("floor.waitingCallers")}
          </h2>
          <WaitingCallers scope={filter.queue} />
        </section>
      </div>
      <Seats filter={filter} change={change} />
      {opened && (
        <Suspense fallback={null}>
          <CountedDrawer opened={opened} onOpen={open} />
        </Suspense>
      )}
    </div>
  );
}
