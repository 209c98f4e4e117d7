import { Button, Modal } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../api/queries";
import { ListPanel } from "../parts/ListPanel";
import { MoreButton } from "../parts/MoreButton";
import { CallLink } from "./CallLink";
import classes from "./Retention.module.css";
import { type Counted, type DueRule, useDue, useDueRecordings } from "./retention";
import { useRuleWord } from "./useRuleWord";
import { useSize } from "./useSize";

function useCountedWord(): (counted: Counted) => string {
  const { t } = useTranslation();
  const size = useSize();
  return ({ calls, files, bytes }) => t("retention.counted", { calls, files, size: size(bytes) });
}

function DueList({ rule, onClose }: { rule: DueRule; onClose: () => void }) {
  const { t } = useTranslation();
  const word = useRuleWord();
  const size = useSize();
  const pages = useDueRecordings(rule.rule_id);
  const found = pages.data?.pages.flatMap((page) => page.recordings) ?? [];
  return (
    <Modal opened size="lg" onClose={onClose} title={word(rule)} closeButtonProps={{ "aria-label": t("frame.close") }}>
      <ListPanel
        title={t("retention.toBeDeleted")}
        asked={[pages]}
        columns={[t("retention.call"), t("retention.size")]}
        rows={found.map((one) => (
          <tr key={one.recording_id}>
            <td>
              <CallLink of={one} />
            </td>
            <td className="num">{size(one.bytes)}</td>
          </tr>
        ))}
        empty={{ title: t("retention.nothingDue"), text: t("retention.nothingDueText") }}
      >
        <div className={classes.more}>
          <MoreButton pages={pages} />
        </div>
      </ListPanel>
    </Modal>
  );
}

/** What the run of the coming night would delete if it came now; nothing is deleted from here. */
export function DryRun() {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useRuleWord();
  const size = useSize();
  const counted = useCountedWord();
  const due = useDue();
  const [opened, setOpened] = useState<DueRule | null>(null);
  const rows = (due.data?.by_rule ?? []).map((rule) => (
    <tr key={rule.rule_id}>
      <td>{word(rule)}</td>
      <td className="num">{format.number(rule.calls)}</td>
      <td className="num">{format.number(rule.files)}</td>
      <td className="num">{size(rule.bytes)}</td>
      <td>
        <Button
          size="compact-xs"
          variant="subtle"
          aria-label={t("retention.showName", { rule: word(rule) })}
          onClick={() => setOpened(rule)}
        >
          {t("retention.show")}
        </Button>
      </td>
    </tr>
  ));
  return (
    <ListPanel
      title={t("retention.due")}
      asked={[due]}
      tools={
        <Button size="xs" variant="default" loading={due.isFetching} onClick={() => void due.refetch()}>
          {t("retention.countAgain")}
        </Button>
      }
      waitingRows={2}
      columns={[t("retention.rule"), t("retention.callsHead"), t("retention.filesHead"), t("retention.size"), null]}
      rows={rows}
      empty={{ title: t("retention.nothingDue"), text: t("retention.nothingDueText") }}
    >
      {due.data && (
        <div className={classes.body}>
          {due.data.recordings > 0 && (
            <p className={classes.line}>{t("retention.together", { counted: counted(due.data) })}</p>
          )}
          {due.data.held.recordings > 0 && (
            <p className={classes.line}>{t("retention.keptByHolds", { counted: counted(due.data.held) })}</p>
          )}
          {due.data.not_found > 0 && (
            <p className={classes.held}>{t("retention.notFound", { count: due.data.not_found })}</p>
          )}
        </div>
      )}
      {opened && <DueList rule={opened} onClose={() => setOpened(null)} />}
    </ListPanel>
  );
}
