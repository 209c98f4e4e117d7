import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ListPanel } from "../parts/ListPanel";
import page from "../parts/Page.module.css";
import { useTell } from "../parts/useTell";
import { useReviewForms, useWords } from "./forms";
import { PlanForm } from "./PlanForm";
import { PreviewDialog } from "./PreviewDialog";
import { NEW_PLAN, type Plan, usePlans, useSwitchPlan } from "./plans";
import classes from "./Quality.module.css";
import { Sections } from "./Sections";

interface RowProps {
  plan: Plan;
  formName: string;
  onChange: () => void;
  onPreview: () => void;
}

function Row({ plan, formName, onChange, onPreview }: RowProps) {
  const { t } = useTranslation();
  const tell = useTell();
  const change = useSwitchPlan(plan);
  const isPaused = plan.active_since === null;
  const { name, progress } = plan;
  return (
    <tr>
      <td>
        <strong>{name}</strong>
        <small className={page.small}>{formName}</small>
      </td>
      <td>{t(`sampling.state.${isPaused ? "paused" : "active"}`)}</td>
      <td>{t(`sampling.says.${plan.period}`, { count: plan.per_agent })}</td>
      <td>
        {t("sampling.doneOf", { done: progress.done, drawn: progress.drawn })}
        <small className={page.small}>
          {progress.period}
          {progress.pool > 0 && ` · ${t("sampling.inPool", { count: progress.pool })}`}
        </small>
      </td>
      <td>
        {progress.reviewers.map((one) => (
          <span key={one.username} className={page.small}>
            {t("sampling.reviewerProgress", {
              name: one.username,
              done: one.done,
              given: one.done + one.open,
              target: one.target ?? "–",
            })}
          </span>
        ))}
      </td>
      <td>
        <div className={classes.buttons}>
          <Button
            size="compact-xs"
            variant="default"
            aria-label={t("sampling.changeName", { name })}
            onClick={onChange}
          >
            {t("sampling.change")}
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            aria-label={t("sampling.previewName", { name })}
            onClick={onPreview}
          >
            {t("sampling.preview")}
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            loading={change.isPending}
            aria-label={t(`sampling.switchName.${isPaused ? "start" : "pause"}`, { name })}
            onClick={() => change.mutate(undefined, { onError: tell.failure })}
          >
            {t(`sampling.switch.${isPaused ? "start" : "pause"}`)}
          </Button>
        </div>
      </td>
    </tr>
  );
}

export default function PlansPage() {
  const { t } = useTranslation();
  const words = useWords();
  const plans = usePlans();
  const forms = useReviewForms();
  const [changed, setChanged] = useState<Plan | "new" | null>(null);
  const [previewed, setPreviewed] = useState<Plan | null>(null);
  const known = forms.data?.forms ?? [];
  const nameOf = (id: number) => {
    const form = known.find((one) => one.id === id);
    return form ? words(form.name) : "";
  };
  const columns = (["plan", "state", "draws", "done", "reviewers"] as const).map((name) =>
    t(`sampling.column.${name}`),
  );
  const add = (
    <Button size="xs" leftSection={<IconPlus size={15} />} onClick={() => setChanged("new")}>
      {t("sampling.newPlan")}
    </Button>
  );
  return (
    <div className={page.page}>
      <div>
        <h1 className="visually-hidden">{t("sampling.section.plans")}</h1>
        <Sections here="plans" />
        <p className={page.lead}>{t("sampling.lead")}</p>
      </div>
      <ListPanel
        title={t("sampling.section.plans")}
        asked={[plans, forms]}
        tools={plans.data && plans.data.plans.length > 0 && add}
        columns={[...columns, null]}
        rows={(plans.data?.plans ?? []).map((plan) => (
          <Row
            key={plan.id}
            plan={plan}
            formName={nameOf(plan.form_id)}
            onChange={() => setChanged(plan)}
            onPreview={() => setPreviewed(plan)}
          />
        ))}
        empty={{ title: t("sampling.none"), text: t("sampling.noneText"), action: add }}
      />
      {changed !== null && plans.data && (
        <PlanForm
          plan={changed === "new" ? null : changed}
          usual={{ ...NEW_PLAN, form_id: known.find((form) => form.retired_at === null)?.id ?? 0 }}
          forms={known
            .filter((form) => form.retired_at === null || (changed !== "new" && changed.form_id === form.id))
            .map((form) => ({ value: String(form.id), label: words(form.name) }))}
          offered={plans.data}
          onClose={() => setChanged(null)}
          onSaved={(plan) => {
            setChanged(null);
            if (changed === "new") setPreviewed(plan);
          }}
        />
      )}
      {previewed !== null && <PreviewDialog plan={previewed} onClose={() => setPreviewed(null)} />}
    </div>
  );
}
