import { MultiSelect, SegmentedControl, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useSettings } from "../api/queries";
import type { Scope } from "../api/shapes";

interface Props {
  value: Scope | null;
  onChange: (scope: Scope | null) => void;
  error: string | null;
}

const NOTHING: Scope = { teams: [], queues: [] };

/** What a user sees: everything, or some teams and queues; names that the settings no longer have can still be taken off. */
export function ScopeFields({ value, onChange, error }: Props) {
  const { t } = useTranslation();
  const settings = useSettings().data;
  const teams = [...new Set([...(settings?.teams ?? []), ...(value?.teams ?? [])])];
  const queues = [...new Set([...(settings?.queues ?? []).map((queue) => queue.queue), ...(value?.queues ?? [])])];
  return (
    <>
      <div>
        <Text size="sm" fw={500} id="scope-label">
          {t("scope.sees")}
        </Text>
        <SegmentedControl
          aria-labelledby="scope-label"
          data={[
            { value: "all", label: t("scope.everything") },
            { value: "part", label: t("scope.part") },
          ]}
          value={value ? "part" : "all"}
          onChange={(chosen) => onChange(chosen === "part" ? NOTHING : null)}
        />
      </div>
      {value && (
        <>
          <MultiSelect
            label={t("scope.teams")}
            data={teams}
            value={value.teams}
            onChange={(chosen) => onChange({ ...value, teams: chosen })}
            searchable
          />
          <MultiSelect
            label={t("scope.queues")}
            description={t("scope.hint")}
            data={queues}
            value={value.queues}
            onChange={(chosen) => onChange({ ...value, queues: chosen })}
            error={error}
            searchable
          />
        </>
      )}
    </>
  );
}
