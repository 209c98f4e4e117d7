import { Button, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconFileTypeCsv } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { addressOf } from "../api/client";
import { useFormat, useZone } from "../api/queries";
import { fromWall } from "../format";
import { ListPanel } from "../parts/ListPanel";
import { MoreButton } from "../parts/MoreButton";
import { useTitle } from "../parts/useTitle";
import classes from "./AuditPage.module.css";
import { detailsLine, type Entry, type Filter, useEntries, type Words } from "./audit";

function useActWord(): (act: string) => string {
  const { t } = useTranslation();
  return (act) => {
    const [kind, done] = act.split(".");
    const subject = t(`audit.kind.${kind as "list"}`, { defaultValue: kind });
    return `${subject}: ${t(`audit.done.${done as "start"}`, { defaultValue: done })}`;
  };
}

/** The words for what was given; whatever has none is told as it is. */
function useDetailWords(): Words {
  const { t } = useTranslation();
  return {
    field: (name) => t(`audit.field.${name as "roles"}`, { defaultValue: name }),
    value: (field, value) => {
      if (field === "scope") return t("audit.everything");
      if (field === "roles") return t(`role.${value as "agent"}`, { defaultValue: value });
      if (field === "permissions") return t(`permission.${value as "see_floor"}`, { defaultValue: value });
      return value;
    },
  };
}

function Row({ entry }: { entry: Entry }) {
  const format = useFormat();
  const word = useActWord();
  const words = useDetailWords();
  return (
    <tr>
      <td className="num">{format.dateTime(entry.at)}</td>
      <td>{entry.username}</td>
      <td>{word(entry.act)}</td>
      <td className="num">{entry.subject_id || "–"}</td>
      <td className={classes.details}>{detailsLine(entry.details, words) || "–"}</td>
      <td className="num">{entry.address}</td>
    </tr>
  );
}

interface FiltersProps {
  filter: Filter;
  acts: string[];
  change: (fields: Partial<Filter>) => void;
}

function Filters({ filter, acts, change }: FiltersProps) {
  const { t } = useTranslation();
  const word = useActWord();
  const zone = useZone();
  return (
    <div className={`panel ${classes.filters}`}>
      <TextInput
        size="xs"
        label={t("audit.who")}
        value={filter.who}
        maxLength={64}
        onChange={(event) => change({ who: event.currentTarget.value.trim() })}
      />
      <Select
        size="xs"
        label={t("audit.act")}
        placeholder={t("audit.anyAct")}
        data={acts.map((value) => ({ value, label: word(value) }))}
        value={filter.act || null}
        onChange={(act) => change({ act: act ?? "" })}
        clearable
        searchable
      />
      <TextInput
        size="xs"
        label={t("audit.subject")}
        description={t("audit.subjectHint")}
        inputWrapperOrder={["label", "input", "description"]}
        value={filter.subject}
        maxLength={128}
        onChange={(event) => change({ subject: event.currentTarget.value.trim() })}
      />
      {(["from", "to"] as const).map((end) => (
        <TextInput
          key={end}
          size="xs"
          type="datetime-local"
          label={t(end === "from" ? "audit.since" : "audit.until")}
          onChange={(event) => change({ [end]: fromWall(zone, event.currentTarget.value) })}
        />
      ))}
    </div>
  );
}

const ANY: Filter = { who: "", act: "", subject: "", from: null, to: null };

export default function AuditPage() {
  const { t } = useTranslation();
  const [filter, setFilter] = useState(ANY);
  const [settled] = useDebouncedValue(filter, 250);
  const pages = useEntries(settled);
  const entries = pages.data?.pages.flatMap((page) => page.entries) ?? [];
  const isFiltered = Object.values(settled).some((value) => value !== "" && value !== null);
  const acts = pages.data?.pages[0]?.acts;
  const [known, setKnown] = useState<string[]>([]);
  useEffect(() => {
    if (acts) setKnown(acts);
  }, [acts]);
  useTitle(t("audit.title"));
  return (
    <div className={classes.page}>
      <div>
        <h1>{t("audit.title")}</h1>
        <p className={classes.lead}>{t("audit.lead")}</p>
      </div>
      <Filters filter={filter} acts={known} change={(fields) => setFilter({ ...filter, ...fields })} />
      <ListPanel
        title={t("audit.entries")}
        asked={[pages]}
        tools={
          <Button
            component="a"
            href={addressOf("GET /api/audit.csv", { query: settled })}
            download
            size="xs"
            variant="default"
            leftSection={<IconFileTypeCsv size={15} aria-hidden />}
          >
            {t("audit.export")}
          </Button>
        }
        columns={(["at", "by", "act", "subject", "details", "address"] as const).map((name) => t(`audit.${name}`))}
        rows={entries.map((entry) => <Row key={entry.id} entry={entry} />)}
        empty={
          isFiltered
            ? { title: t("audit.noneSuch"), text: t("audit.noneSuchText") }
            : { title: t("audit.none"), text: t("audit.noneText") }
        }
      >
        <div className={classes.more}>
          <MoreButton pages={pages} />
        </div>
      </ListPanel>
    </div>
  );
}
