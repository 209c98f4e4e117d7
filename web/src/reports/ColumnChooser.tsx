import { Button, Checkbox, Popover } from "@mantine/core";
import { IconColumns3 } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Figure } from "../api/shapes";
import { useFormula } from "../floor/Figures";
import { useLabel } from "../i18n";
import classes from "./ColumnChooser.module.css";
import { grouped } from "./columns";

interface ChooserProps {
  figures: Figure[];
  shown: Figure[];
  /** No ids: the usual columns. */
  onChoose: (ids: string[]) => void;
}

export function ColumnChooser({ figures, shown, onChoose }: ChooserProps) {
  const { t } = useTranslation();
  const label = useLabel();
  const formula = useFormula();
  const ids = shown.map(({ id }) => id);
  const toggle = (id: string) => {
    const next = ids.includes(id) ? ids.filter((other) => other !== id) : [...ids, id];
    if (next.length > 0) onChoose(next);
  };
  return (
    <Popover position="bottom-end" width="min(46rem, 94vw)" shadow="md" trapFocus returnFocus withinPortal>
      <Popover.Target>
        <Button size="xs" variant="default" leftSection={<IconColumns3 size={15} aria-hidden />}>
          {t("reports.columns", { shown: shown.length, all: figures.length })}
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
