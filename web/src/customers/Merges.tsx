import { useTranslation } from "react-i18next";
import { useFormat, useMay } from "../api/queries";
import { useLabel } from "../i18n";
import { ListPanel } from "../parts/ListPanel";
import { SureButton } from "../parts/SureButton";
import { useTell } from "../parts/useTell";
import classes from "./Customers.module.css";
import { type Merge, useMerges, useUndoMerge } from "./customers";
import { useFieldWord, useLevels, useNameWord } from "./words";

function Undo({ merge }: { merge: Merge }) {
  const { t } = useTranslation();
  const tell = useTell();
  const undo = useUndoMerge();
  return (
    <SureButton
      label={t("customers.undo")}
      sure={t("customers.undoSure")}
      name={t("customers.undoName", { name: merge.gone_name })}
      isSending={undo.isPending}
      onSure={() =>
        undo.mutate(merge.id, {
          onSuccess: () => tell.success(t("customers.undone", { name: merge.gone_name })),
          onError: tell.failure,
        })
      }
    />
  );
}

/** The merged record as it was, to be opened: it cannot be changed. */
function Said({ merge: { said } }: { merge: Merge }) {
  const { t } = useTranslation();
  const fieldWord = useFieldWord();
  const nameWord = useNameWord();
  const { levelOf } = useLevels();
  const label = useLabel();
  const facts: [string, string][] = [
    ["numbers", said.numbers.map(({ number, label: called }) => `${number} ${called}`.trim()).join(", ")],
    ["reference", said.reference],
    ["level", said.level && label(levelOf(said.level))],
    ["consent", said.consent && [t(`customers.consent.${said.consent}`), said.consent_how].filter(Boolean).join(" · ")],
    ...Object.entries(said.attributes).map(([code, value]): [string, string] => [`attributes.${code}`, value]),
    ["note", said.note],
  ];
  return (
    <details>
      <summary>{nameWord(said)}</summary>
      <ul className={classes.plain}>
        {facts
          .filter(([, value]) => value !== "")
          .map(([field, value]) => (
            <li key={field}>{`${fieldWord(field)}: ${value}`}</li>
          ))}
      </ul>
    </details>
  );
}

/** What was merged into this record; the last merge can be undone. */
export function Merges({ id }: { id: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const fieldWord = useFieldWord();
  const mayManage = useMay("manage_customers");
  const merges = useMerges(id);
  if (!merges.data?.length) return null;
  const columns = [t("customers.gone"), t("customers.took"), t("customers.mergedAt"), t("audit.by"), null];
  return (
    <ListPanel
      title={t("customers.merges")}
      asked={[merges]}
      columns={columns}
      rows={merges.data.map((merge) => (
        <tr key={merge.id}>
          <td>
            <Said merge={merge} />
          </td>
          <td>
            {[...merge.added, ...Object.keys(merge.changed).map(fieldWord)].join(", ") || t("customers.tookNothing")}
          </td>
          <td className="num">{format.dateMinute(merge.merged_at)}</td>
          <td>{merge.merged_by}</td>
          <td>
            {merge.undone_at !== null
              ? t("customers.undoneAt", { time: format.dateMinute(merge.undone_at), name: merge.undone_by })
              : mayManage && merge.can_be_undone && <Undo merge={merge} />}
          </td>
        </tr>
      ))}
    />
  );
}
