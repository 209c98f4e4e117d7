import { Button, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ExportButtons } from "./ExportButtons";
import { TeamSelect } from "./Filters";
import { RangePicker } from "./RangePicker";
import page from "./ReportsPage.module.css";
import type { Interval } from "./ranges";
import { SaveReport } from "./SaveReport";
import type { useTeamSearch } from "./teamSearch";

interface Props<By extends string> extends ReturnType<typeof useTeamSearch<By>> {
  /** Which report it is: of its file, and of what is saved. */
  subject: "quality" | "tickets";
  bys: { value: By; label: string }[];
  /** How a saved one is cut into intervals. */
  interval: Interval;
  asked: Parameters<typeof ExportButtons>[0]["asked"];
}

/** Which days and team, by what it is counted; kept as a saved report, given out as a file. */
export function TeamBar<By extends string>({ chosen, search, change, subject, bys, interval, asked }: Props<By>) {
  const { t } = useTranslation();
  const [isSaving, setSaving] = useState(false);
  const filters = { queue: "", agent: "", team: search.team };
  return (
    <>
      <search className={page.bar}>
        <RangePicker chosen={chosen} onChoose={(next) => change({ chosen: next })} />
        <TeamSelect value={search.team} onChange={(team) => change({ team })} />
        <SegmentedControl
          size="xs"
          aria-label={t("reports.countedBy")}
          value={search.by}
          onChange={(next) => change({ by: next as By })}
          data={bys}
        />
        <Button size="xs" variant="default" onClick={() => setSaving(true)}>
          {t("saved.save")}
        </Button>
        <ExportButtons name={subject} asked={asked} />
      </search>
      {isSaving && (
        <SaveReport
          search={{ subject, interval, filters, figures: [] }}
          view={chosen}
          onClose={() => setSaving(false)}
        />
      )}
    </>
  );
}
