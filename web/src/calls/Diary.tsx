import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { useFormat, useQueueWord } from "../api/queries";
import type { CallDetail } from "../api/shapes";
import { duration } from "../format";
import table from "../parts/Table.module.css";
import { diary, type Moment } from "./diary";

function resultWord(t: TFunction, { kind, result }: Moment): string {
  if (kind === "ring_ended") return t(`ring.outcome.${result as "answered"}`, { defaultValue: result });
  if (kind === "talk_ended") return t(`endedBy.${result as "agent"}`, { defaultValue: result });
  if (kind === "survey_answered") return result;
  return t(`outcome.${result as "answered"}`, { defaultValue: result });
}

function sentence(t: TFunction, moment: Moment): string {
  const { agent, queue, position } = moment;
  return t(`diary.${moment.kind}`, { agent, queue, position, result: resultWord(t, moment) });
}

/** The same call as the timeline, in words: what happened when, absolute and since its beginning. */
export function Diary({ detail }: { detail: CallDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queueWord = useQueueWord();
  const moments = diary(detail).map((moment, index) => ({
    ...moment,
    queue: queueWord(detail.call.pbx, moment.queue),
    key: `${index} ${moment.kind}`,
  }));
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th scope="col">{t("calls.time")}</th>
          <th scope="col" className={table.right}>
            {t("calls.after")}
          </th>
          <th scope="col" style={{ width: "100%" }}>
            {t("calls.whatHappened")}
          </th>
        </tr>
      </thead>
      <tbody>
        {moments.map((moment) => (
          <tr key={moment.key}>
            <td className="num muted">{format.time(moment.at)}</td>
            <td className={`num ${table.right}`}>+{duration(moment.at - detail.call.started_at)}</td>
            <td>{sentence(t, moment)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
