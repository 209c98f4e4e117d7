import { ActionIcon, Button, Select, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Draft, KINDS, type Kind, nextDraft, partsOf, readClock } from "./clock";
import classes from "./Shifts.module.css";

interface RowProps {
  draft: Draft;
  place: number;
  change: (fields: Partial<Draft>) => void;
  onRemove: () => void;
}

function PartRow({ draft, place, change, onRemove }: RowProps) {
  const { t } = useTranslation();
  return (
    <fieldset className={`${classes.stepper} ${classes.part}`}>
      <legend className="visually-hidden">{t("shifts.part", { place })}</legend>
      <Select
        label={t("shifts.kindWord")}
        data={KINDS.map((kind) => ({ value: kind, label: t(`shifts.kind.${kind}`) }))}
        value={draft.kind}
        onChange={(kind) => kind && change({ kind: kind as Kind })}
        allowDeselect={false}
      />
      {(["start", "end"] as const).map((edge) => (
        <TextInput
          key={edge}
          label={t(`shifts.${edge}`)}
          inputMode="numeric"
          value={draft[edge]}
          error={readClock(draft[edge]) === null}
          onChange={(event) => change({ [edge]: event.currentTarget.value })}
        />
      ))}
      <ActionIcon
        variant="subtle"
        color="gray"
        size={36}
        aria-label={t("shifts.removePart", { place })}
        onClick={onRemove}
      >
        <IconX size={16} />
      </ActionIcon>
    </fieldset>
  );
}

interface Props {
  drafts: readonly Draft[];
  onChange: (drafts: Draft[]) => void;
}

/** The parts of a shift or of a template, as they are typed. */
export function PartFields({ drafts, onChange }: Props) {
  const { t } = useTranslation();
  const base = useId();
  const [made, setMade] = useState(0);
  function add() {
    onChange([...drafts, nextDraft(drafts, `${base}-${made}`)]);
    setMade(made + 1);
  }
  return (
    <>
      {drafts.map((draft, at) => (
        <PartRow
          key={draft.key}
          draft={draft}
          place={at + 1}
          change={(fields) => onChange(drafts.map((one, place) => (place === at ? { ...one, ...fields } : one)))}
          onRemove={() => onChange(drafts.filter((_, place) => place !== at))}
        />
      ))}
      <div className={classes.buttons}>
        <Button size="xs" variant="default" leftSection={<IconPlus size={15} />} onClick={add}>
          {t("shifts.addPart")}
        </Button>
        <span className="muted">{partsOf(drafts) === null ? t("shifts.noTime") : t("shifts.overMidnight")}</span>
      </div>
    </>
  );
}
