import { useTranslation } from "react-i18next";
import { useFormat, useMay } from "../api/queries";
import { ListPanel } from "../parts/ListPanel";
import { SureButton } from "../parts/SureButton";
import { useTell } from "../parts/useTell";
import { type Merge, useMerges, useUndoMerge } from "./customers";
import { useFieldWord } from "./words";

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
          <td>{merge.gone_name || t("customers.nameless")}</td>
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
