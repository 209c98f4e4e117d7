import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useFormat, useMay } from "../api/queries";
import { NOTHING } from "../format";
import { ListPanel } from "../parts/ListPanel";
import { type ComingCallback, useComing } from "./customers";

function ListLink({ list }: { list: ComingCallback["list"] }) {
  const seesLists = useMay("see_lists");
  return seesLists ? <Link href={`/callbacks/${list.id}`}>{list.name}</Link> : list.name;
}

/** The callbacks that are still to be made. */
export function Coming({ id }: { id: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const coming = useComing(id);
  const columns = [
    t("customers.due"),
    t("callbacks.list"),
    t("calls.number"),
    t("callbacks.attempts"),
    t("calls.agent"),
  ];
  return (
    <ListPanel
      title={t("customers.coming")}
      asked={[coming]}
      waitingRows={1}
      columns={columns}
      rows={(coming.data ?? []).map((one) => (
        <tr key={one.id}>
          <td className="num">{one.due_at === null ? t("customers.atOnce") : format.dateMinute(one.due_at)}</td>
          <td>
            <ListLink list={one.list} />
          </td>
          <td className="num">{one.number}</td>
          <td className="num">{one.attempts}</td>
          <td>{one.owner_agent || NOTHING}</td>
        </tr>
      ))}
      empty={{ title: t("customers.noComing"), text: t("customers.noComingText") }}
    />
  );
}
