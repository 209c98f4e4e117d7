import { NumberInput, Radio } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { MODES, type Mode } from "../api/shapes";
import { ABANDON_PERCENT, type Draft, type DraftError, PERSONAL_HOURS, PREVIEW_SECONDS } from "./form";
import classes from "./ListForm.module.css";

interface Props {
  draft: Draft;
  change: (fields: Partial<Draft>) => void;
  errorOf: (field: DraftError) => string | null;
}

interface NumberProps {
  label: string;
  hint: string;
  suffix: string;
  limits: readonly [number, number];
  value: number | null;
  onChange: (value: number | null) => void;
  error: string | null;
}

function UsualNumber({ label, hint, suffix, limits: [least, most], value, onChange, error }: NumberProps) {
  const { t } = useTranslation();
  return (
    <NumberInput
      label={label}
      description={hint}
      suffix={` ${suffix}`}
      min={least}
      max={most}
      clampBehavior="none"
      placeholder={t("callbacks.usual")}
      value={value ?? ""}
      onChange={(typed) => onChange(typed === "" ? null : Number.parseFloat(String(typed)))}
      error={error}
    />
  );
}

/** How calls are placed, and what goes with it. */
export function ModeFields({ draft, change, errorOf }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <Radio.Group
        label={t("callbacks.mode")}
        value={draft.mode}
        onChange={(mode) => change({ mode: mode as Mode })}
        className={classes.modes}
      >
        {MODES.map((mode) => (
          <Radio
            key={mode}
            value={mode}
            label={t(`callbacks.modes.${mode}`)}
            description={t(`callbacks.modeHint.${mode}`)}
          />
        ))}
      </Radio.Group>
      {draft.mode === "preview" && (
        <UsualNumber
          label={t("callbacks.previewSeconds")}
          hint={t("callbacks.previewSecondsHint")}
          suffix={t("callbacks.secondsUnit")}
          limits={PREVIEW_SECONDS}
          value={draft.previewSeconds}
          onChange={(previewSeconds) => change({ previewSeconds })}
          error={errorOf("preview_seconds")}
        />
      )}
      {draft.mode === "predictive" && (
        <UsualNumber
          label={t("callbacks.abandonTarget")}
          hint={t("callbacks.abandonTargetHint")}
          suffix="%"
          limits={ABANDON_PERCENT}
          value={draft.abandonPercent}
          onChange={(abandonPercent) => change({ abandonPercent })}
          error={errorOf("abandon_target")}
        />
      )}
      <UsualNumber
        label={t("callbacks.personalHours")}
        hint={t("callbacks.personalHoursHint")}
        suffix={t("callbacks.hoursUnit")}
        limits={PERSONAL_HOURS}
        value={draft.personalHours}
        onChange={(personalHours) => change({ personalHours })}
        error={errorOf("personal_seconds")}
      />
    </>
  );
}
