import { Modal, MultiSelect, NumberInput, Select, Switch, TagsInput, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSettings } from "../api/queries";
import { DialogButtons } from "../parts/DialogButtons";
import { Failure } from "../parts/Failure";
import page from "../parts/Page.module.css";
import { useRefusal } from "../parts/useRefusal";
import { contentOf, type Plan, type PlanContent, type Plans, type Rules, useSavePlan } from "./plans";
import classes from "./Quality.module.css";

const USUAL_TARGET = 40;

interface Props {
  /** Which is changed; none where one is made. */
  plan: Plan | null;
  usual: PlanContent;
  forms: { value: string; label: string }[];
  offered: Plans;
  onClose: () => void;
  onSaved: (plan: Plan) => void;
}

interface PartProps {
  content: PlanContent;
  set: (changes: Partial<PlanContent>) => void;
  at: (field: string) => string | null;
}

const numberOf = (value: string | number): number | null => (value === "" ? null : Number(value));

function Whom({ content, set, at, lists }: PartProps & { lists: Plans["lists"] }) {
  const { t } = useTranslation();
  const settings = useSettings();
  const queues = new Map((settings.data?.queues ?? []).map((one) => [one.queue, one.label || one.queue]));
  return (
    <fieldset className={classes.question}>
      <legend>
        {t("sampling.whom")}
        <small>{t("sampling.whomHint")}</small>
      </legend>
      <div className={classes.two}>
        <TagsInput
          label={t("sampling.agents")}
          value={content.agents}
          onChange={(agents) => set({ agents })}
          error={at("agents")}
          inputMode="numeric"
        />
        <MultiSelect
          label={t("sampling.teams")}
          data={[...new Set([...(settings.data?.teams ?? []), ...content.teams])]}
          value={content.teams}
          onChange={(teams) => set({ teams })}
          error={at("teams")}
        />
        <MultiSelect
          label={t("sampling.queues")}
          data={[...new Set([...queues.keys(), ...content.queues])].map((value) => ({
            value,
            label: queues.get(value) ?? value,
          }))}
          value={content.queues}
          onChange={(chosen) => set({ queues: chosen })}
          error={at("queues")}
        />
        <MultiSelect
          label={t("sampling.lists")}
          data={lists.map((list) => ({ value: String(list.id), label: list.name }))}
          value={content.lists.map(String)}
          onChange={(chosen) => set({ lists: chosen.map(Number) })}
          error={at("lists")}
        />
      </div>
    </fieldset>
  );
}

function RuleFields({ content, set, at }: PartProps) {
  const { t } = useTranslation();
  const { rules } = content;
  const change = (changes: Partial<Rules>) => set({ rules: { ...rules, ...changes } });
  const news = rules.new_agents;
  return (
    <fieldset className={classes.question}>
      <legend>
        {t("sampling.rules")}
        <small>{t("sampling.rulesHint")}</small>
      </legend>
      <div className={classes.two}>
        <NumberInput
          label={t("sampling.longSeconds")}
          min={1}
          max={86_400}
          value={rules.long_seconds ?? ""}
          onChange={(value) => change({ long_seconds: numberOf(value) })}
          error={at("long_seconds")}
        />
        <NumberInput
          label={t("sampling.talkOverSeconds")}
          min={0.1}
          max={86_400}
          value={rules.talk_over_seconds ?? ""}
          onChange={(value) => change({ talk_over_seconds: numberOf(value) })}
          error={at("talk_over_seconds")}
        />
        <NumberInput
          label={t("sampling.surveyScore")}
          min={1}
          max={5}
          allowDecimal={false}
          value={rules.survey_score ?? ""}
          onChange={(value) => change({ survey_score: numberOf(value) })}
          error={at("survey_score")}
        />
        <Switch
          label={t("sampling.complaints")}
          description={t("sampling.complaintsHint")}
          checked={rules.complaints}
          onChange={(event) => change({ complaints: event.currentTarget.checked })}
        />
        <NumberInput
          label={t("sampling.newDays")}
          min={1}
          max={366}
          allowDecimal={false}
          value={news?.days ?? ""}
          onChange={(value) => {
            const days = numberOf(value);
            change({ new_agents: days === null ? null : { days, calls: news?.calls ?? 1 } });
          }}
          error={at("new_agents")}
        />
        <NumberInput
          label={t("sampling.newCalls")}
          min={1}
          max={100}
          allowDecimal={false}
          disabled={news === null}
          value={news?.calls ?? ""}
          onChange={(value) => news && change({ new_agents: { ...news, calls: numberOf(value) ?? 1 } })}
        />
        <NumberInput
          label={t("sampling.share")}
          min={0.1}
          max={100}
          suffix=" %"
          value={rules.share ?? ""}
          onChange={(value) => change({ share: numberOf(value) })}
          error={at("share")}
        />
      </div>
    </fieldset>
  );
}

function Reviewers({ content, set, at, people }: PartProps & { people: Plans["reviewers"] }) {
  const { t } = useTranslation();
  const { reviewers } = content;
  const names = new Map(people.map((one) => [one.username, `${one.name} (${one.username})`]));
  return (
    <fieldset className={classes.question}>
      <legend>{t("sampling.reviewers")}</legend>
      <div className={classes.form}>
        <MultiSelect
          label={t("sampling.whoReviews")}
          data={[...new Set([...names.keys(), ...reviewers.map((one) => one.username)])].map((value) => ({
            value,
            label: names.get(value) ?? value,
          }))}
          value={reviewers.map((one) => one.username)}
          onChange={(chosen) =>
            set({
              reviewers: chosen.map(
                (username) => reviewers.find((one) => one.username === username) ?? { username, target: USUAL_TARGET },
              ),
            })
          }
          error={at("reviewers")}
          searchable
        />
        <div className={classes.two}>
          {reviewers.map((reviewer) => (
            <NumberInput
              key={reviewer.username}
              label={t("sampling.targetOf", { name: reviewer.username })}
              min={1}
              max={10_000}
              allowDecimal={false}
              value={reviewer.target}
              onChange={(value) =>
                set({
                  reviewers: reviewers.map((one) =>
                    one === reviewer ? { ...one, target: numberOf(value) ?? USUAL_TARGET } : one,
                  ),
                })
              }
            />
          ))}
          <NumberInput
            label={t("sampling.claimHours")}
            min={1}
            max={744}
            allowDecimal={false}
            value={content.claim_hours}
            onChange={(value) => set({ claim_hours: numberOf(value) ?? 1 })}
          />
        </div>
      </div>
    </fieldset>
  );
}

export function PlanForm({ plan, usual, forms, offered, onClose, onSaved }: Props) {
  const { t } = useTranslation();
  const [content, setContent] = useState<PlanContent>(plan ? contentOf(plan) : usual);
  const save = useSavePlan(plan);
  const set = (changes: Partial<PlanContent>) => setContent({ ...content, ...changes });
  const refusal = useRefusal(save.error);
  const fields = ["name", "form_id", "per_agent", "period", "agents", "teams", "queues", "lists", "reviewers"];
  const refused = [...fields, "long_seconds", "talk_over_seconds", "survey_score", "new_agents", "share"].find((name) =>
    at(name),
  );
  function at(name: string): string | null {
    const inner = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((nth) => [`${name}.${nth}`, `${name}.${nth}.username`]);
    const rule = [`rules.${name}`, `rules.${name}.days`, `rules.${name}.calls`];
    return [name, ...inner, ...rule].map(refusal.at).find((text) => text !== null) ?? null;
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate({ ...content, name: content.name.trim() }, { onSuccess: onSaved });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={plan ? t("sampling.changeName", { name: plan.name }) : t("sampling.newPlan")}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      <form onSubmit={submit} className={page.form} noValidate>
        <div className={classes.two}>
          <TextInput
            label={t("sampling.name")}
            value={content.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
            error={at("name")}
            maxLength={200}
            data-autofocus
          />
          <Select
            label={t("quality.form")}
            data={forms}
            value={String(content.form_id)}
            onChange={(id) => set({ form_id: Number(id) })}
            error={at("form_id")}
            allowDeselect={false}
          />
          <NumberInput
            label={t("sampling.perAgent")}
            min={0}
            max={100}
            allowDecimal={false}
            value={content.per_agent}
            onChange={(value) => set({ per_agent: numberOf(value) ?? 0 })}
            error={at("per_agent")}
          />
          <Select
            label={t("sampling.period")}
            data={(["week", "month"] as const).map((value) => ({ value, label: t(`sampling.periods.${value}`) }))}
            value={content.period}
            onChange={(period) => set({ period: period as PlanContent["period"] })}
            allowDeselect={false}
          />
          <NumberInput
            label={t("sampling.minTalk")}
            min={0}
            max={86_400}
            value={content.min_talk_seconds}
            onChange={(value) => set({ min_talk_seconds: numberOf(value) ?? 0 })}
          />
        </div>
        <Whom content={content} set={set} at={at} lists={offered.lists} />
        <RuleFields content={content} set={set} at={at} />
        <Reviewers content={content} set={set} at={at} people={offered.reviewers} />
        {save.isError && !refused && <Failure error={save.error} />}
        <DialogButtons onClose={onClose} isSending={save.isPending} />
      </form>
    </Modal>
  );
}
