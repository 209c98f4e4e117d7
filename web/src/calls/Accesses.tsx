import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ask } from "../api/client";
import type { Listened as Access } from "../api/described";
import { useFormat } from "../api/queries";
import type { Recording } from "../api/shapes";
import { duration, NOTHING } from "../format";
import { ListPanel } from "../parts/ListPanel";

function heardSpans(access: Access): string {
  const spans = access.spans.map(([from, until]) => `${duration(Math.floor(from))}–${duration(Math.ceil(until))}`);
  return spans.join(", ");
}

/** Who opened, heard or downloaded this recording; who may see it is asked before. */
export function Accesses({ recording }: { recording: Recording }) {
  const { t } = useTranslation();
  const format = useFormat();
  const found = useQuery({
    queryKey: ["accesses", recording.id],
    queryFn: () => ask("GET /api/recordings/{recording_id}/accesses", { path: { recording_id: recording.id } }),
    refetchInterval: 30_000,
  });
  const rows = (found.data?.accesses ?? []).map((access) => (
    <tr key={`${access.username} ${access.began_at} ${access.last_at} ${access.kind} ${access.clip_id}`}>
      <td>
        {access.username}
        {access.api_key !== null && <span className="muted"> {t("accesses.program", { id: access.api_key })}</span>}
      </td>
      <td className="num">{format.dateTime(access.began_at)}</td>
      <td>
        {t(`accesses.kind.${access.kind}`)}
        {access.clip_id !== null && <span className="muted"> · {t("accesses.ofClip", { id: access.clip_id })}</span>}
      </td>
      <td className="num" style={{ whiteSpace: "normal" }}>
        {heardSpans(access) || NOTHING}
        {access.spans.length > 1 && (
          <span className="muted"> · {t("accesses.seconds", { length: duration(access.seconds) })}</span>
        )}
      </td>
      <td className="num">{access.address || NOTHING}</td>
    </tr>
  ));
  const columns = (["who", "when", "what", "heard", "address"] as const).map((name) => t(`accesses.${name}`));
  return (
    <ListPanel
      title={t("accesses.title")}
      asked={[found]}
      columns={columns}
      rows={rows}
      empty={{ title: t("accesses.title"), text: t("accesses.none") }}
      waitingRows={2}
    />
  );
}
