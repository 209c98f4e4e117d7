import { Button, Checkbox, Popover } from "@mantine/core";
import { IconColumns3 } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Figure } from "../api/shapes";
import { useFormula } from "../floor/Figures";
import { useLabel } from "../i18n";
import classes from "./ColumnChooser.module.css";
import { grouped, REASONS } from "./columns";

interface ChooserProps {
  figures: Figure[];
  /** Of the columns that are shown. */
  ids: string[];
  hasReasons: boolean;
  /** No ids: the usual columns. */
  onChoose: (ids: string[]) => void;
}

export function ColumnChooser({ figures, ids, hasReasons, onChoose }: ChooserProps) {
  const { t } = useTranslation();
  const label = useLabel();
  const formula = useFormula();
  const toggle = (id: string) => {
    const next = ids.includes(id) ? ids.filter((other) => other !== id) : [...ids, id];
    if (next.some((one) => one !== REASONS)) onChoose(next);
  };
  return (
    <Popover position="bottom-end" width="min(46rem, 94vw)" shadow="md" trapFocus returnFocus withinPortal>
      <Popover.Target>
        <Button size="xs" variant="default" leftSection={<IconColumns3 size={15} aria-hidden />}>
          {t("reports.columns", { shown: ids.length, all: figures.length + Number(hasReasons) })}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t("reports.chooseColumns")} className={classes.chooser}>
        <div className={classes.groups}>
          {grouped(figures).map(([group, inGroup]) => (
            <fieldset key={group} className={classes.group}>
              <legend>{t(`reports.group.${group}`)}</legend>
              {inGroup.map((figure) => (
                <Checkbox
                  key={figure.id}
                  size="xs"
                  label={label(figure)}
                  title={formula(figure)}
                  checked={ids.includes(figure.id)}
                  onChange={() => toggle(figure.id)}
                />
              ))}
              {group === "seats" && hasReasons && (
                <Checkbox
                  size="xs"
                  label={t("reports.byReason")}
                  checked={ids.includes(REASONS)}
                  onChange={() => toggle(REASONS)}
                />
              )}
            </fieldset>
          ))}
        </div>
        <Button size="xs" variant="subtle" onClick={() => onChoose([])}>
          {t("reports.usualColumns")}
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
