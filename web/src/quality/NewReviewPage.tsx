import { Button, Select } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useSearchParams } from "wouter";
import { Failure } from "../parts/Failure";
import { Empty, PageSkeleton } from "../parts/Waiting";
import { useReviewForms, useWords } from "./forms";
import styles from "./Reviews.module.css";
import { useBegin } from "./reviews";

/** Begins a review of what the address names; asks for the form where it names none. */
export default function NewReviewPage() {
  const { t } = useTranslation();
  const words = useWords();
  const [, go] = useLocation();
  const [wanted] = useSearchParams();
  const forms = useReviewForms();
  const begin = useBegin();
  const [form, setForm] = useState<string | null>(wanted.get("form"));
  const pbx = wanted.get("pbx") ?? "";
  const callId = wanted.get("call") ?? "";
  const agent = wanted.get("agent") ?? "";
  const assignment = wanted.get("assignment");

  function start(formId: string): void {
    begin.mutate(
      {
        pbx,
        call_id: callId,
        agent_number: agent,
        form_id: Number(formId),
        assignment_id: assignment ? Number(assignment) : null,
      },
      { onSuccess: ({ id }) => go(`/quality/reviews/${id}`, { replace: true }) },
    );
  }
  const isBegun = useRef(false);
  useEffect(() => {
    if (isBegun.current || !wanted.get("form")) return;
    isBegun.current = true;
    start(wanted.get("form") ?? "");
  }, []);

  if (!pbx || !callId || !agent) {
    return (
      <>
        <h1 className="visually-hidden">{t("review.new")}</h1>
        <Empty title={t("review.whichCall")} text={t("review.whichCallText")} />
      </>
    );
  }
  if (forms.isError) return <Failure error={forms.error} onRetry={() => void forms.refetch()} />;
  if (forms.isPending) return <PageSkeleton />;
  const offered = forms.data.forms.filter(({ retired_at }) => retired_at === null);
  return (
    <section className={`panel ${styles.panel}`} aria-labelledby="new-review">
      <h1 id="new-review">{t("review.new")}</h1>
      {begin.isError && <Failure error={begin.error} />}
      <Select
        label={t("quality.form")}
        data={offered.map(({ id, name }) => ({ value: String(id), label: words(name) }))}
        value={form}
        onChange={setForm}
        maw={360}
      />
      <div>
        <Button disabled={!form} loading={begin.isPending} onClick={() => form && start(form)}>
          {t("review.begin")}
        </Button>
      </div>
    </section>
  );
}
