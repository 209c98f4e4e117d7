import { Progress } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFormat } from "../api/queries";
import { useLanguage } from "../i18n";
import { useSize } from "../retention/useSize";
import classes from "./Exports.module.css";
import { isUnderWay, type RecordingExport, shareDone } from "./exports";

/** How an export stands, in words. */
function useStateWord(): (one: RecordingExport) => string {
  const { t } = useTranslation();
  const format = useFormat();
  const size = useSize();
  const language = useLanguage();
  return (one) => {
    switch (one.state) {
      case "waiting":
        return t("exports.state.waiting");
      case "running":
        return t("exports.state.running", {
          done: format.number(one.packed + one.left_out),
          total: format.number(one.recordings),
        });
      case "done":
        return t("exports.state.done", { size: size(one.bytes), until: format.dateMinute(one.expires_at ?? 0) });
      case "failed":
        // The server speaks English.
        return language === "zh" ? `${t("exports.state.failed")}（${one.detail}）` : one.detail;
      case "cancelled":
        return t("exports.state.cancelled", { by: one.ended_by });
      case "deleted":
        return t("exports.state.deleted", { by: one.ended_by });
      case "expired":
        return t("exports.state.expired");
    }
  };
}

/** How an export stands; while it is being packed, with a bar. */
export function Standing({ of }: { of: RecordingExport }) {
  const { t } = useTranslation();
  const word = useStateWord()(of);
  const hasIndex = isUnderWay(of) || of.state === "done";
  return (
    <div className={classes.standing} data-state={of.state}>
      <span>{word}</span>
      {isUnderWay(of) && (
        <Progress value={100 * shareDone(of)} animated={of.state === "running"} aria-label={`${of.reason}: ${word}`} />
      )}
      {hasIndex && of.left_out > 0 && <span className="muted">{t("exports.leftOut", { count: of.left_out })}</span>}
    </div>
  );
}
