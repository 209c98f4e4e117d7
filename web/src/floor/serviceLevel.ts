/** The service level has variants: which one a number is, and its threshold, is said where the number stands. */

import { useTranslation } from "react-i18next";
import { useFormat, useSettings } from "../api/queries";
import type { QueueSettings } from "../api/shapes";
import { ALL } from "../live/health";

function isSame(one: QueueSettings, other: QueueSettings | undefined): boolean {
  return (
    one.service_level_variant === other?.service_level_variant &&
    one.service_level_seconds === other.service_level_seconds &&
    one.short_abandon_seconds === other.short_abandon_seconds
  );
}

/** Says how the service level of a queue (`pbx/queue`) is counted; of `*`, when all queues count alike. */
export function useServiceLevelRule(): (scope: string) => string {
  const { t } = useTranslation();
  const format = useFormat();
  const queues = useSettings().data?.queues ?? [];
  return (scope) => {
    const concerned = scope === ALL ? queues : queues.filter(({ pbx, queue }) => `${pbx}/${queue}` === scope);
    const first = concerned[0];
    if (!first) return "";
    if (!concerned.every((queue) => isSame(queue, first))) return t("floor.level.by_queue");
    return t(`floor.level.${first.service_level_variant}`, {
      within: format.figure("seconds", first.service_level_seconds),
      short: format.figure("seconds", first.short_abandon_seconds),
    });
  };
}
