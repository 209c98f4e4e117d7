import { Button, Modal, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../api/queries";
import { ListPanel } from "../parts/ListPanel";
import page from "../parts/Page.module.css";
import { useTell } from "../parts/useTell";
import type { Why } from "./inbox";
import { type Plan, usePlanPreview, useSwitchPlan } from "./plans";
import classes from "./Quality.module.css";

/** What a plan would draw now, agent by agent, and why. */
export function PreviewDialog({ plan, onClose }: { plan: Plan; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const tell = useTell();
  const [period, setPeriod] = useState<"this" | "last">("this");
  const preview = usePlanPreview(plan.id, period);
  const start = useSwitchPlan(plan);
  const found = preview.data;
  const columns = (["agent", "conversations", "assigned", "drawn", "why"] as const).map((name) =>
    t(`sampling.column.${name}`),
  );
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={t("sampling.previewOf", { name: plan.name })}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      <div className={page.form}>
        <SegmentedControl
          aria-label={t("sampling.period")}
          data={(["this", "last"] as const).map((value) => ({
            value,
            label: t(`sampling.${value}.${plan.period}`),
          }))}
          value={period}
          onChange={(value) => setPeriod(value as "this" | "last")}
        />
        <p className={page.lead}>{t(`sampling.previewText.${period}`)}</p>
        <ListPanel
          title={found ? t("sampling.wouldDraw", { count: found.drawn, period: found.period }) : t("sampling.preview")}
          asked={[preview]}
          columns={columns}
          rows={(found?.agents ?? []).map((agent) => (
            <tr key={agent.agent_number}>
              <td>
                {agent.agent_name || agent.agent_number} <small className="muted">{agent.agent_number}</small>
              </td>
              <td className="num">{format.number(agent.conversations)}</td>
              <td className="num">{agent.assigned}</td>
              <td className="num">{agent.drawn}</td>
              <td>
                {Object.entries(agent.why)
                  .map(([why, count]) => `${t(`sampling.why.${why as Why}`)}: ${count}`)
                  .join(", ") || "–"}
              </td>
            </tr>
          ))}
          empty={{ title: t("sampling.nothingHeard"), text: t("sampling.nothingHeardText") }}
          waitingRows={3}
        />
        <div className={classes.actions}>
          <span className="muted">{t("sampling.nothingDrawn")}</span>
          <Button variant="default" onClick={onClose}>
            {t("frame.close")}
          </Button>
          {plan.active_since === null && (
            <Button
              loading={start.isPending}
              onClick={() => start.mutate(undefined, { onSuccess: onClose, onError: tell.failure })}
            >
              {t("sampling.switch.start")}
            </Button>
          )}
        </div>
      </div>
    </Modal>
  );
}
