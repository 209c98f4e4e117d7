import { ActionIcon, Button, Chip, TextInput } from "@mantine/core";
import { IconAlertTriangle, IconArrowLeft, IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { ask } from "../api/client";
import { useFormat, useQueueWord } from "../api/queries";
import { callPath } from "../calls/path";
import { SeatGlyph } from "../floor/SeatGlyph";
import { usePauseReason } from "../floor/usePauseReason";
import { duration, NOTHING } from "../format";
import { useLabel, useLanguage } from "../i18n";
import { Failure } from "../parts/Failure";
import table from "../parts/Table.module.css";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import { ActionLine } from "./ActionLine";
import classes from "./Actions.module.css";
import { LOOKS, lineOf, patternsByAction } from "./actions";
import { ExportButtons } from "./ExportButtons";
import { AgentSelect } from "./Filters";
import page from "./ReportsPage.module.css";
import { addDays, isDay } from "./ranges";
import type { Action, Actions, Pattern, PatternRule } from "./shapes";
import { useToday } from "./useToday";

function useRules(days: { from: string; to: string }): PatternRule[] {
  const rules = useQuery({
    queryKey: ["patterns", days],
    queryFn: () => ask("GET /api/reports/patterns", { query: days }),
  });
  return rules.data?.rules ?? [];
}

function useRuleWords(rules: PatternRule[]): (id: string) => { label: string; rule: string } {
  const label = useLabel();
  const language = useLanguage();
  return (id) => {
    const rule = rules.find((one) => one.id === id);
    if (!rule) return { label: id, rule: "" };
    return { label: label(rule), rule: language === "zh" ? rule.rule_zh : rule.rule_en };
  };
}

type RuleWords = ReturnType<typeof useRuleWords>;

function PatternList({ patterns, words }: { patterns: Pattern[]; words: RuleWords }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (patterns.length === 0) return null;
  return (
    <ul className={classes.patterns}>
      {patterns.map((pattern) => (
        <li key={`${pattern.rule} ${pattern.since}`}>
          <IconAlertTriangle size={16} aria-hidden />
          <div>
            <strong>{words(pattern.rule).label}</strong>{" "}
            <span className="num">{t("action.countOf", { count: pattern.count, limit: pattern.limit })}</span>
            <small>
              {format.minute(pattern.since)}–{format.minute(pattern.until)} · {words(pattern.rule).rule}
            </small>
          </div>
        </li>
      ))}
    </ul>
  );
}

function Details({ action }: { action: Action }) {
  const { t } = useTranslation();
  const reason = usePauseReason();
  const queueWord = useQueueWord();
  const said = [
    action.reason && reason(action.reason),
    action.outcome && t(`ring.outcome.${action.outcome}`, { defaultValue: action.outcome }),
    action.queue && queueWord(action.pbx, action.queue),
    action.is_callback && t("action.isCallback"),
    action.goes_on && t("action.goesOn"),
    action.is_certain === false && t("reports.uncertain"),
    action.hold_seconds ? t("action.onHold", { time: duration(action.hold_seconds) }) : "",
  ].filter(Boolean);
  const number = action.number || (action.call_id && t("seat.call"));
  return (
    <>
      {said.join(" · ")}
      {said.length > 0 && number && " · "}
      {action.call_id ? (
        <Link className="num" href={callPath(action.pbx, action.call_id)}>
          {number}
        </Link>
      ) : (
        <span className="num">{number}</span>
      )}
    </>
  );
}

interface RowProps {
  action: Action;
  patterns: Pattern[];
  words: RuleWords;
}

function ActionRow({ action, patterns, words }: RowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <tr data-action={action.id} data-marked={patterns.length > 0 || undefined} tabIndex={-1}>
      <td className="num">{format.time(action.since)}</td>
      <td className={classes.kind}>
        <SeatGlyph state={LOOKS[action.kind]} small still /> {t(`action.kind.${action.kind}`)}
      </td>
      <td className={`num ${table.right}`}>{action.seconds > 0 ? duration(action.seconds) : NOTHING}</td>
      <td>
        <Details action={action} />
      </td>
      <td>
        {patterns.map((pattern) => (
          <span key={`${pattern.rule} ${pattern.since}`} className={classes.mark} title={words(pattern.rule).rule}>
            <IconAlertTriangle size={12} aria-hidden /> {words(pattern.rule).label}
          </span>
        ))}
      </td>
    </tr>
  );
}

function Day({ data, words }: { data: Actions; words: RuleWords }) {
  const { t } = useTranslation();
  const [isOnlyMarked, setOnlyMarked] = useState(false);
  const rows = useRef<HTMLTableSectionElement>(null);
  const marked = useMemo(() => patternsByAction(data.patterns), [data.patterns]);
  const line = useMemo(() => lineOf(data.actions, data.patterns), [data]);
  if (!line) return <Empty title={t("action.none")} text={t("action.noneText")} />;
  const shown = isOnlyMarked ? data.actions.filter(({ id }) => marked.has(id)) : data.actions;
  const point = (id: string) => {
    const row = rows.current?.querySelector<HTMLElement>(`[data-action="${CSS.escape(id)}"]`);
    row?.scrollIntoView({ block: "center" });
    row?.focus({ preventScroll: true });
  };
  return (
    <>
      <section className="panel" aria-label={t("action.line")}>
        <ActionLine line={line} actions={data.actions} onPoint={point} />
        <PatternList patterns={data.patterns} words={words} />
      </section>
      <section className="panel" aria-labelledby="actions-title">
        <div className={page.head}>
          <h2 id="actions-title">{t("action.list", { count: shown.length })}</h2>
          {data.patterns.length > 0 && (
            <Chip size="xs" checked={isOnlyMarked} onChange={setOnlyMarked}>
              {t("action.onlyMarked")}
            </Chip>
          )}
        </div>
        <div className={page.scroll}>
          <table className={`${table.table} ${classes.actions}`}>
            <thead>
              <tr>
                <th scope="col">{t("calls.time")}</th>
                <th scope="col">{t("action.action")}</th>
                <th scope="col" className={table.right}>
                  {t("calls.length")}
                </th>
                <th scope="col">{t("action.details")}</th>
                <th scope="col">{t("action.unusual")}</th>
              </tr>
            </thead>
            <tbody ref={rows}>
              {shown.map((action) => (
                <ActionRow key={action.id} action={action} patterns={marked.get(action.id) ?? []} words={words} />
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </>
  );
}

interface ViewProps {
  agent: string;
  day: string;
  onChange: (next: { agent?: string; day?: string }) => void;
  onBack: () => void;
}

/** What one agent did on one day, action by action (软电话动作明细). */
export function AgentDayView({ agent, day, onChange, onBack }: ViewProps) {
  const { t } = useTranslation();
  const today = useToday();
  const days = { from: day, to: day };
  const words = useRuleWords(useRules(days));
  const result = useQuery({
    queryKey: ["actions", agent, day],
    queryFn: () => ask("GET /api/reports/actions", { query: { agent, ...days } }),
  });
  const name = result.data?.agent.name;
  return (
    <>
      <search className={page.bar}>
        <Button size="xs" variant="subtle" leftSection={<IconArrowLeft size={15} />} onClick={onBack}>
          {t("action.all")}
        </Button>
        <AgentSelect
          days={days}
          value={agent}
          name={name}
          label={t("calls.agent")}
          onChange={(next) => next && onChange({ agent: next })}
        />
        <div className={classes.day}>
          <ActionIcon
            variant="default"
            size={30}
            aria-label={t("action.dayBefore")}
            onClick={() => onChange({ day: addDays(day, -1) })}
          >
            <IconChevronLeft size={16} />
          </ActionIcon>
          <TextInput
            size="xs"
            type="date"
            aria-label={t("reports.day")}
            value={day}
            max={today}
            onChange={({ currentTarget: { value } }) => isDay(value) && onChange({ day: value })}
          />
          <ActionIcon
            variant="default"
            size={30}
            aria-label={t("action.dayAfter")}
            disabled={day >= today}
            onClick={() => onChange({ day: addDays(day, 1) })}
          >
            <IconChevronRight size={16} />
          </ActionIcon>
        </div>
        <ExportButtons name="actions" asked={{ agent, ...days }} />
      </search>
      <h2 className={page.subject}>
        {name || agent} <span className="num muted">{name && agent}</span>
      </h2>
      {result.isPending && <RowsSkeleton rows={10} />}
      {result.isError && <Failure error={result.error} onRetry={() => void result.refetch()} />}
      {result.data && <Day data={result.data} words={words} />}
    </>
  );
}
