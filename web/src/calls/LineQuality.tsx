import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ask } from "../api/client";
import { useFormat } from "../api/queries";
import type { Call, Seconds } from "../api/shapes";
import { gradeOf } from "../desk/phone/quality";
import { ListPanel } from "../parts/ListPanel";

/** How good the lines of the agents were, by each who measured it; nothing where nobody did. */
export function LineQuality({ call }: { call: Call }) {
  const { t } = useTranslation();
  const format = useFormat();
  const found = useQuery({
    queryKey: ["lines", call.pbx, call.call_id],
    queryFn: async () =>
      (await ask("GET /api/calls/{pbx}/{call_id}/line-quality", { path: { pbx: call.pbx, call_id: call.call_id } }))
        .lines,
  });
  if (!found.data?.length) return null;
  const milliseconds = (seconds: Seconds) => t("phone.milliseconds", { count: Math.round(seconds * 1000) });
  const name = (number: string) => call.agents.find((agent) => agent.number === number)?.name || number;
  const rows = found.data.map((line) => (
    <tr key={`${line.agent_number} ${line.measured_by}`}>
      <td>{name(line.agent_number)}</td>
      <td>{t(`phone.measuredBy.${line.measured_by}`)}</td>
      <td className="num">
        {line.mos.toFixed(1)} · {t(`phone.grade.${gradeOf(line.mos)}`)}
      </td>
      <td className="num">{milliseconds(line.rtt_seconds)}</td>
      <td className="num">{milliseconds(line.jitter_seconds)}</td>
      <td className="num">
        {t("phone.lossBoth", {
          received: format.share(line.received_loss_rate),
          sent: format.share(line.sent_loss_rate),
        })}
      </td>
    </tr>
  ));
  const columns = [
    t("calls.agent"),
    t("phone.measured"),
    ...(["mos", "rtt", "jitter", "loss"] as const).map((one) => t(`phone.${one}`)),
  ];
  return <ListPanel title={t("phone.line")} asked={[found]} columns={columns} rows={rows} />;
}
