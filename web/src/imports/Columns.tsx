import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import table from "../parts/Table.module.css";
import classes from "./Imports.module.css";
import { assigned, type ImportJob, type PreviewRow, type Role } from "./imports";

const SAMPLES = 3;

/** What each column of the file is: proposed from its name, changed here. */
export function Columns({
  job,
  roles,
  rows,
  onChange,
}: {
  job: ImportJob;
  roles: Role[];
  rows: PreviewRow[];
  onChange: (roles: Role[]) => void;
}) {
  const { t } = useTranslation();
  const words = job.roles.map((role) => ({ value: role as string, label: t(`import.roles.${role}`) }));
  return (
    <section className={classes.block} aria-label={t("import.columns")}>
      <h3>{t("import.columns")}</h3>
      <div className={classes.lines}>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">{t("import.inFile")}</th>
              <th scope="col">{t("import.samples")}</th>
              <th scope="col">{t("import.becomes")}</th>
            </tr>
          </thead>
          <tbody>
            {job.columns.map((name, place) => (
              <tr key={place}>
                <th scope="row">{name || t("import.nameless")}</th>
                <td className={classes.value}>
                  {rows
                    .map((row) => row.values[place]?.trim())
                    .filter(Boolean)
                    .slice(0, SAMPLES)
                    .join(" · ")}
                </td>
                <td>
                  <Select
                    size="xs"
                    aria-label={t("import.roleOf", { column: name || String(place + 1) })}
                    data={words}
                    value={roles[place] ?? "ignore"}
                    onChange={(role) => role && onChange(assigned(roles, place, role as Role))}
                    allowDeselect={false}
                    comboboxProps={{ withinPortal: true }}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
