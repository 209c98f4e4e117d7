import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "wouter";
import { useFormat } from "../api/queries";
import { ListPanel } from "../parts/ListPanel";
import { MoreButton } from "../parts/MoreButton";
import pageClasses from "../parts/Page.module.css";
import { useTitle } from "../parts/useTitle";
import classes from "./Erasure.module.css";
import { useErasures } from "./erasures";
import { NewErasure } from "./NewErasure";

/** Erases a person, and lists those who were, without saying who they are. */
export default function ErasuresPage() {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  useTitle(t("erasure.title"));
  return (
    <div className={pageClasses.page}>
      <div>
        <h1>{t("erasure.title")}</h1>
        <p className={pageClasses.lead}>{t("erasure.lead")}</p>
      </div>
      <NewErasure pbx={params.get("pbx") ?? ""} callId={params.get("call") ?? ""} />
      <History />
    </div>
  );
}

function History() {
  const { t } = useTranslation();
  const format = useFormat();
  const pages = useErasures();
  const found = pages.data?.pages.flatMap((page) => page.erasures) ?? [];
  return (
    <ListPanel
      title={t("erasure.history")}
      asked={[pages]}
      waitingRows={3}
      columns={[
        t("erasure.reference"),
        t("erasure.asked"),
        t("erasure.numbers"),
        t("erasure.reason"),
        t("erasure.state"),
      ]}
      rows={found.map((one) => (
        <tr key={one.id}>
          <td className={classes.words}>
            <Link href={`/erasures/${one.id}`}>{one.reference}</Link>
          </td>
          <td className="num">
            {format.dateMinute(one.at)} · {one.by}
          </td>
          <td className="num">{one.ends.map((end) => `…${end}`).join(", ")}</td>
          <td className={classes.words}>{one.reason}</td>
          <td>{t(`erasure.states.${one.state}`)}</td>
        </tr>
      ))}
      empty={{ title: t("erasure.none"), text: t("erasure.noneText") }}
    >
      <div className={classes.more}>
        <MoreButton pages={pages} />
      </div>
    </ListPanel>
  );
}
