import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../api/queries";
import { ListPanel } from "../parts/ListPanel";
import { CallLink } from "./CallLink";
import { ReasonDialog } from "./ReasonDialog";
import { type Hold, useEndHold, useHolds } from "./retention";

export function EndHold({ hold }: { hold: Hold }) {
  const { t } = useTranslation();
  const end = useEndHold(hold.id);
  const [isEnding, setEnding] = useState(false);
  return (
    <span>
      <Button
        size="compact-xs"
        variant="subtle"
        color="red"
        aria-label={t("retention.endName", { reason: hold.reason })}
        onClick={() => setEnding(true)}
      >
        {t("retention.end")}
      </Button>
      {isEnding && (
        <ReasonDialog
          title={t("retention.end")}
          text={t("retention.endText")}
          label={t("retention.end")}
          send={end}
          onClose={() => setEnding(false)}
        />
      )}
    </span>
  );
}

/** The calls that are held. */
export function Holds() {
  const { t } = useTranslation();
  const format = useFormat();
  const holds = useHolds();
  return (
    <ListPanel
      title={t("retention.holds")}
      asked={[holds]}
      waitingRows={2}
      columns={[t("retention.call"), t("retention.reason"), t("retention.since"), t("retention.by"), null]}
      rows={(holds.data?.holds ?? []).map((hold) => (
        <tr key={hold.id}>
          <td>
            <CallLink of={{ ...hold, began_at: hold.started_at }} />
          </td>
          <td style={{ whiteSpace: "normal", overflowWrap: "anywhere" }}>{hold.reason}</td>
          <td className="num">{format.dateMinute(hold.at)}</td>
          <td>{hold.by}</td>
          <td>
            <EndHold hold={hold} />
          </td>
        </tr>
      ))}
      empty={{ title: t("retention.noHolds"), text: t("retention.noHoldsText") }}
    />
  );
}
