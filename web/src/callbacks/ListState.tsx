import { Button } from "@mantine/core";
import {
  IconCircleCheck,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlayerStopFilled,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useMay } from "../api/queries";
import type { CallbackList } from "../api/shapes";
import { useTell } from "../parts/useTell";
import classes from "./ListState.module.css";
import { useRunning } from "./lists";

const ICONS = {
  running: IconPlayerPlayFilled,
  paused: IconPlayerPauseFilled,
  stopped: IconPlayerStopFilled,
  finished: IconCircleCheck,
};

/** The state, and why nothing is dialled where that does not go without saying. */
export function ListState({ list }: { list: CallbackList }) {
  const { t } = useTranslation();
  const Icon = ICONS[list.state];
  const saysMore = list.why_idle && list.why_idle !== list.state;
  return (
    <span className={classes.state} data-state={list.state}>
      <span className={classes.word}>
        <Icon size={14} aria-hidden />
        {t(`callbacks.state.${list.state}`)}
      </span>
      {saysMore && (
        <small>
          {t(`callbacks.whyIdle.${list.why_idle as "no_free_seat"}`, { defaultValue: list.why_idle ?? "" })}
        </small>
      )}
    </span>
  );
}

export function StartStop({ list, size = "xs" }: { list: CallbackList; size?: "compact-xs" | "xs" }) {
  const { t } = useTranslation();
  const tell = useTell();
  const running = useRunning(list.id);
  const mayRun = useMay("run_lists");
  if (!mayRun || list.state === "finished") return null;
  const action = list.state === "running" ? "stop" : "start";
  const Icon = action === "stop" ? IconPlayerStopFilled : IconPlayerPlayFilled;
  return (
    <Button
      size={size}
      variant={action === "stop" ? "default" : "light"}
      leftSection={<Icon size={13} aria-hidden />}
      loading={running.isPending}
      onClick={() => running.mutate(action, { onError: tell.failure })}
      aria-label={`${t(`callbacks.${action}`)}: ${list.name}`}
    >
      {t(`callbacks.${action}`)}
    </Button>
  );
}
