import { Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../api/queries";
import { ListPanel } from "../parts/ListPanel";
import { MoreButton } from "../parts/MoreButton";
import { CallLink } from "./CallLink";
import classes from "./Retention.module.css";
import { type DeletionFilter, SCOPES, useDeletions } from "./retention";
import { useRuleWord } from "./useRuleWord";
import { useSize } from "./useSize";

/** The log of what was deleted. */
export function Deletions() {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useRuleWord();
  const size = useSize();
  const [filter, setFilter] = useState<DeletionFilter>({ number: "", scope: "" });
  const [settled] = useDebouncedValue(filter, 250);
  const pages = useDeletions(settled);
  const found = pages.data?.pages.flatMap((page) => page.deletions) ?? [];
  const isFiltered = settled.number !== "" || settled.scope !== "";
  const tools = (
    <div className={classes.filters}>
      <TextInput
        size="xs"
        label={t("retention.number")}
        value={filter.number}
        maxLength={64}
        onChange={(event) => setFilter({ ...filter, number: event.currentTarget.value.trim() })}
      />
      <Select
        size="xs"
        label={t("retention.rule")}
        placeholder={t("retention.anyRule")}
        data={SCOPES.map((value) => ({ value, label: t(`retention.scope.${value}`) }))}
        value={filter.scope || null}
        onChange={(scope) => setFilter({ ...filter, scope: scope ?? "" })}
        clearable
      />
    </div>
  );
  return (
    <ListPanel
      title={t("retention.deletions")}
      asked={[pages]}
      tools={tools}
      columns={[
        t("retention.call"),
        t("retention.deletedAt"),
        t("retention.rule"),
        t("retention.how"),
        t("retention.size"),
      ]}
      rows={found.map((one) => (
        <tr key={one.id}>
          <td>
            <CallLink of={one} />
          </td>
          <td className="num">{format.dateTime(one.at)}</td>
          <td>{word(one.rule)}</td>
          <td>{t(`retention.howWord.${one.how}`)}</td>
          <td className="num">{size(one.bytes)}</td>
        </tr>
      ))}
      empty={
        isFiltered
          ? { title: t("retention.noneSuch"), text: t("retention.noneSuchText") }
          : { title: t("retention.noDeletions"), text: t("retention.noDeletionsText") }
      }
    >
      <div className={classes.more}>
        <MoreButton pages={pages} />
      </div>
    </ListPanel>
  );
}
