import { Button, MultiSelect, Select, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useSearchParams } from "wouter";
import { useZone } from "../api/queries";
import { fromWall, toWall } from "../format";
import { serverNow } from "../live/clock";
import { Failure } from "../parts/Failure";
import { useRefusal } from "../parts/useRefusal";
import { Empty, PageSkeleton } from "../parts/Waiting";
import { useCandidates, useOpenCalibration } from "./calibrations";
import { useReviewForms, useWords } from "./forms";
import classes from "./Quality.module.css";
import styles from "./Reviews.module.css";

const WEEK_SECONDS = 7 * 86_400;
const FEWEST = 2;

/** Opens a calibration of the part of a call that the address names. */
export default function NewCalibrationPage() {
  const { t } = useTranslation();
  const words = useWords();
  const zone = useZone();
  const [, go] = useLocation();
  const [wanted] = useSearchParams();
  const forms = useReviewForms();
  const candidates = useCandidates();
  const opening = useOpenCalibration();
  const [form, setForm] = useState<string | null>(null);
  const [reviewers, setReviewers] = useState<string[]>([]);
  const [due, setDue] = useState(() => toWall(zone, serverNow() + WEEK_SECONDS));
  const pbx = wanted.get("pbx") ?? "";
  const callId = wanted.get("call") ?? "";
  const agent = wanted.get("agent") ?? "";
  const refusal = useRefusal(opening.error);
  const atReviewers =
    refusal.at("reviewers") ?? reviewers.map((_, nth) => refusal.at(`reviewers.${nth}`)).find(Boolean);

  function open(event: FormEvent): void {
    event.preventDefault();
    const due_at = fromWall(zone, due) ?? 0;
    opening.mutate(
      { pbx, call_id: callId, agent_number: agent, form_id: Number(form), reviewers, due_at },
      { onSuccess: ({ id }) => go(`/quality/calibrations/${id}`, { replace: true }) },
    );
  }

  if (!pbx || !callId || !agent) {
    return (
      <>
        <h1 className="visually-hidden">{t("calibration.new")}</h1>
        <Empty title={t("review.whichCall")} text={t("calibration.whichCallText")} />
      </>
    );
  }
  const failed = [forms, candidates].find(({ isError }) => isError);
  if (failed) return <Failure error={failed.error} onRetry={() => void failed.refetch()} />;
  if (forms.isPending || candidates.isPending) return <PageSkeleton />;
  const offered = (forms.data?.forms ?? []).filter(({ retired_at }) => retired_at === null);
  return (
    <form className={`panel ${styles.panel}`} aria-labelledby="new-calibration" onSubmit={open}>
      <h1 id="new-calibration">{t("calibration.new")}</h1>
      <p className="muted">{t("calibration.lead")}</p>
      {opening.isError && !atReviewers && !refusal.at("due_at") && <Failure error={opening.error} />}
      <Select
        label={t("quality.form")}
        data={offered.map(({ id, name }) => ({ value: String(id), label: words(name) }))}
        value={form}
        onChange={setForm}
        maw={480}
      />
      <MultiSelect
        label={t("calibration.reviewers")}
        description={t("calibration.reviewersHint")}
        data={(candidates.data?.reviewers ?? []).map(({ username, name }) => ({
          value: username,
          label: name ? `${name} (${username})` : username,
        }))}
        value={reviewers}
        onChange={setReviewers}
        error={atReviewers}
        searchable
        maw={480}
      />
      <TextInput
        type="datetime-local"
        label={t("calibration.due")}
        min={toWall(zone, serverNow())}
        value={due}
        onChange={(event) => setDue(event.currentTarget.value)}
        error={refusal.at("due_at")}
        maw={240}
      />
      <div className={classes.buttons}>
        <Button type="submit" disabled={!form || reviewers.length < FEWEST || !due} loading={opening.isPending}>
          {t("calibration.open")}
        </Button>
      </div>
    </form>
  );
}
