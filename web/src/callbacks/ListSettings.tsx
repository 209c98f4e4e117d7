import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { useFormat, useMay } from "../api/queries";
import type { CallbackList, RedialRule } from "../api/shapes";
import { duration } from "../format";
import { useTell } from "../parts/useTell";
import { endKeyOf, endOf, isOnce, RULED, type Ruled } from "./form";
import { useWeekdayWords } from "./ListForm";
import classes from "./ListPage.module.css";
import { useDeleteList, useLists } from "./lists";
import { useEndWords } from "./words";

function Windows({ list }: { list: CallbackList }) {
  const { t } = useTranslation();
  const words = useWeekdayWords();
  return (
    <section>
      <h2>{t("callbacks.windows")}</h2>
      {list.windows.length === 0 && <p className="muted">{t("callbacks.noWindows")}</p>}
      <ul>
        {list.windows.map((window) => (
          <li key={`${window.weekdays} ${window.from}`}>
            <span>{words(window.weekdays)}</span>
            <span className="num">
              {window.from} – {window.until}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Rules({ list }: { list: CallbackList }) {
  const { t } = useTranslation();
  const endWords = useEndWords();
  const words = (outcome: Ruled, rule: RedialRule | undefined) => {
    if (!rule) return t("callbacks.noRule");
    const end = endWords(endOf(endKeyOf(rule)));
    if (isOnce(outcome)) return end;
    return t("callbacks.ruleText", { delay: duration(rule.delay_seconds), count: rule.max_attempts, end });
  };
  return (
    <section>
      <h2>{t("callbacks.rules")}</h2>
      <dl>
        {RULED.map((outcome) => (
          <div key={outcome}>
            <dt>{t(`attempt.outcome.${outcome}`)}</dt>
            <dd className="num">{words(outcome, list.rules[outcome])}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Delete({ list }: { list: CallbackList }) {
  const { t } = useTranslation();
  const tell = useTell();
  const [, go] = useLocation();
  const remove = useDeleteList(list.id);
  const ask = () => {
    if (!window.confirm(t("callbacks.deleteSure", { name: list.name }))) return;
    remove.mutate(undefined, { onSuccess: () => go("/callbacks"), onError: tell.failure });
  };
  return (
    <Button
      size="xs"
      variant="subtle"
      color="red"
      disabled={list.state === "running"}
      loading={remove.isPending}
      onClick={ask}
      title={list.state === "running" ? t("callbacks.deleteRunning") : undefined}
    >
      {t("callbacks.delete")}
    </Button>
  );
}

export function ListSettings({ list }: { list: CallbackList }) {
  const { t } = useTranslation();
  const format = useFormat();
  const mayRun = useMay("run_lists");
  const lists = useLists().data ?? [];
  const escalation = lists.find((other) => String(other.id) === list.escalation_list_id)?.name;
  return (
    <div className={classes.settings}>
      <Windows list={list} />
      <Rules list={list} />
      <section>
        <h2>{t("callbacks.others")}</h2>
        <dl>
          <div>
            <dt>{t("callbacks.mode")}</dt>
            <dd>{t(`callbacks.modes.${list.mode}`)}</dd>
          </div>
          {list.mode === "preview" && (
            <div>
              <dt>{t("callbacks.previewSeconds")}</dt>
              <dd className="num">{duration(list.preview_seconds)}</dd>
            </div>
          )}
          {list.mode === "predictive" && (
            <div>
              <dt>{t("callbacks.abandonTarget")}</dt>
              <dd className="num">{format.share(list.abandon_target)}</dd>
            </div>
          )}
          <div>
            <dt>{t("callbacks.trunk")}</dt>
            <dd>{list.trunk || t("callbacks.ownTrunk")}</dd>
          </div>
          <div>
            <dt>{t("callbacks.escalation")}</dt>
            <dd>{escalation ?? t("callbacks.noEscalation")}</dd>
          </div>
          <div>
            <dt>{t("callbacks.personalHours")}</dt>
            <dd className="num">{duration(list.personal_seconds)}</dd>
          </div>
          <div>
            <dt>{t("callbacks.maxAttemptsInAll")}</dt>
            <dd className="num">{list.max_attempts}</dd>
          </div>
          <div>
            <dt>{t("callbacks.hourlyGoal")}</dt>
            <dd className="num">{list.hourly_goal || t("callbacks.noGoal")}</dd>
          </div>
          <div>
            <dt>{t("callbacks.detectMachine")}</dt>
            <dd>{list.detect_machine ? t("seat.yes") : t("callbacks.no")}</dd>
          </div>
          <div>
            <dt>{t("callbacks.region")}</dt>
            <dd>{list.region}</dd>
          </div>
          <div>
            <dt>{t("callbacks.createdAt")}</dt>
            <dd className="num">{format.dateMinute(list.created_at)}</dd>
          </div>
        </dl>
        {mayRun && <Delete list={list} />}
      </section>
    </div>
  );
}
