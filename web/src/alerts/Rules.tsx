import { Button, Menu, Switch } from "@mantine/core";
import { IconMail, IconPlus, IconVolume, IconWebhook } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../api/queries";
import { useWeekdayWords } from "../callbacks/ListForm";
import { duration } from "../format";
import { useLabel, useLanguage } from "../i18n";
import { ListPanel } from "../parts/ListPanel";
import { useTell } from "../parts/useTell";
import { SeverityMark } from "./AlertLine";
import classes from "./AlertsPage.module.css";
import { type AlertKind, type AlertRule, useKinds, useRules, useSaveRule } from "./alerts";
import { RuleForm } from "./RuleForm";
import { amount } from "./told";

function Scope({ rule }: { rule: AlertRule }) {
  const { t } = useTranslation();
  if (rule.names.length > 0) return rule.names.join(", ");
  return t(`alerts.scope.${rule.scope}`);
}

/** When it is in force, and what counts then. */
function Threshold({ rule, kind }: { rule: AlertRule; kind: AlertKind }) {
  const { t } = useTranslation();
  const words = useWeekdayWords();
  const sign = kind.compares === "under" ? "<" : kind.compares === "over" ? ">" : "≥";
  if (rule.windows.length === 0) {
    return (
      <span className="num">
        {sign} {amount(rule.threshold, kind.measure)}
        {Object.keys(rule.limits).length > 0 && <span className={classes.small}>{t("alerts.limitsByReason")}</span>}
      </span>
    );
  }
  return rule.windows.map((window) => (
    <span key={`${window.weekdays} ${window.from}`} className={`num ${classes.small}`}>
      {words(window.weekdays)} {window.from}–{window.until}: {sign}{" "}
      {amount(window.threshold ?? rule.threshold, kind.measure)}
    </span>
  ));
}

function Channels({ rule }: { rule: AlertRule }) {
  const { t } = useTranslation();
  return (
    <span className={classes.state}>
      {rule.sound && <IconVolume size={16} role="img" aria-label={t("alerts.channel.sound")} />}
      {rule.webhook && <IconWebhook size={16} role="img" aria-label={t("alerts.channel.webhook")} />}
      {rule.mail.length > 0 && <IconMail size={16} role="img" aria-label={t("alerts.channel.mail")} />}
    </span>
  );
}

function Row({ rule, kind, onEdit }: { rule: AlertRule; kind: AlertKind; onEdit: () => void }) {
  const { t } = useTranslation();
  const label = useLabel();
  const language = useLanguage();
  const mayManage = useMay("manage_alerts");
  const save = useSaveRule();
  const tell = useTell();
  return (
    <tr className={rule.is_enabled ? undefined : classes.off}>
      <td>
        <SeverityMark severity={rule.severity} /> {label(kind)}
        <span className={classes.small}>{language === "zh" ? kind.text_zh : kind.text_en}</span>
      </td>
      <td>
        <Scope rule={rule} />
      </td>
      <td>
        <Threshold rule={rule} kind={kind} />
      </td>
      <td className="num">{rule.raise_after_seconds > 0 ? duration(rule.raise_after_seconds) : t("alerts.atOnce")}</td>
      <td>
        <Channels rule={rule} />
      </td>
      <td>
        <span className={classes.actions}>
          <Switch
            size="sm"
            aria-label={t("alerts.enabled", { rule: label(kind) })}
            checked={rule.is_enabled}
            disabled={!mayManage || save.isPending}
            onChange={(event) =>
              save.mutate({ id: rule.id, is_enabled: event.currentTarget.checked }, { onError: tell.failure })
            }
          />
          {mayManage && (
            <Button size="compact-xs" variant="default" onClick={onEdit}>
              {t("alerts.edit")}
            </Button>
          )}
        </span>
      </td>
    </tr>
  );
}

type Editing = { kind: AlertKind; rule: AlertRule | null } | null;

function NewRule({ kinds, onChoose }: { kinds: AlertKind[]; onChoose: (kind: AlertKind) => void }) {
  const { t } = useTranslation();
  const label = useLabel();
  return (
    <Menu position="bottom-end" width={280} shadow="md">
      <Menu.Target>
        <Button size="xs" leftSection={<IconPlus size={15} />}>
          {t("alerts.newRule")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={420} style={{ overflowY: "auto" }}>
        {kinds.map((kind) => (
          <Menu.Item key={kind.id} onClick={() => onChoose(kind)}>
            {label(kind)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

export function Rules() {
  const { t } = useTranslation();
  const [editing, setEditing] = useState<Editing>(null);
  const mayManage = useMay("manage_alerts");
  const kinds = useKinds();
  const rules = useRules();
  const order = kinds.data ?? [];
  const rows = order.flatMap((kind) =>
    (rules.data ?? []).filter((rule) => rule.kind === kind.id).map((rule) => ({ kind, rule })),
  );
  return (
    <ListPanel
      title={t("alerts.tab.rules")}
      asked={[kinds, rules]}
      tools={
        mayManage && order.length > 0 && <NewRule kinds={order} onChoose={(kind) => setEditing({ kind, rule: null })} />
      }
      columns={[
        t("alerts.rule"),
        t("alerts.concerns"),
        t("alerts.threshold"),
        t("alerts.raiseAfter"),
        t("alerts.channels"),
        null,
      ]}
      rows={rows.map(({ kind, rule }) => (
        <Row key={rule.id} rule={rule} kind={kind} onEdit={() => setEditing({ kind, rule })} />
      ))}
    >
      {editing && <RuleForm {...editing} onClose={() => setEditing(null)} />}
    </ListPanel>
  );
}
