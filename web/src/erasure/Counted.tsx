import { useTranslation } from "react-i18next";
import { useZone } from "../api/queries";
import { formatFor } from "../format";
import type { Language } from "../i18n";
import table from "../parts/Table.module.css";
import { type Counts, countedKinds } from "./erasures";

/** How much of each kind. */
export function Counted({ counts, language }: { counts: Counts; language: Language }) {
  const { t } = useTranslation("panel", { lng: language });
  const format = formatFor(language, useZone());
  const counted = countedKinds(counts);
  if (counted.length === 0) return <p>{t("erasure.nothing")}</p>;
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th scope="col">{t("erasure.what")}</th>
          <th scope="col" className={table.right}>
            {t("erasure.count")}
          </th>
        </tr>
      </thead>
      <tbody>
        {counted.map(([kind, count]) => (
          <tr key={kind}>
            <td>{t(`erasure.kind.${kind}`)}</td>
            <td className={`num ${table.right}`}>{format.number(count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
