import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useFormat } from "../api/queries";
import { callPath } from "../calls/path";
import type { OfCall } from "./retention";

/** Opens the call that something is about. */
export function CallLink({ of }: { of: Pick<OfCall, "pbx" | "call_id" | "number" | "began_at"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const when = of.began_at === null ? "" : ` · ${format.dateMinute(of.began_at)}`;
  return (
    <Link href={callPath(of.pbx, of.call_id)} className="num">
      {(of.number || t("floor.withheld")) + when}
    </Link>
  );
}
