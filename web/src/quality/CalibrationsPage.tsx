import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useFormat, useMay } from "../api/queries";
import { serverNow } from "../live/clock";
import { ListPanel } from "../parts/ListPanel";
import { MoreButton } from "../parts/MoreButton";
import page from "../parts/Page.module.css";
import { type CalibrationLine, standing, useCalibrations } from "./calibrations";
import { useWords } from "./forms";
import { Sections } from "./Sections";

const COLUMNS = ["call", "agent", "form", "due", "state", "scored"] as const;

function Row({ one }: { one: CalibrationLine }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  const state = standing(one, serverNow());
  const scored = one.reviewers.filter(({ has_scored }) => has_scored).length;
  return (
    <tr>
      <td>
        <Link href={`/quality/calibrations/${one.id}`}>{format.dateMinute(one.talked_at)}</Link>
      </td>
      <td>{one.agent_name || one.agent_number}</td>
      <td>{words(one.form_name)}</td>
      <td className="num">{format.dateMinute(one.due_at)}</td>
      <td>{state === "mine" ? <strong>{t("calibration.state.mine")}</strong> : t(`calibration.state.${state}`)}</td>
      <td>
        {t("calibration.scoredOf", { scored, invited: one.reviewers.length })}
        <small className={page.small}>{one.reviewers.map(({ username }) => username).join(", ")}</small>
      </td>
    </tr>
  );
}

/** The calibrations that this user scores, or leads. */
export default function CalibrationsPage() {
  const { t } = useTranslation();
  const found = useCalibrations();
  const leads = useMay("manage_sampling");
  const seesCalls = useMay("see_calls");
  const lines = found.data?.pages.flatMap(({ calibrations }) => calibrations) ?? [];
  return (
    <div className={page.page}>
      <div>
        <h1 className="visually-hidden">{t("sampling.section.calibrations")}</h1>
        <Sections here="calibrations" />
        <p className={page.lead}>{t("calibration.lead")}</p>
      </div>
      <ListPanel
        title={t("sampling.section.calibrations")}
        asked={[found]}
        columns={COLUMNS.map((name) => t(`calibration.column.${name}`))}
        rows={lines.map((one) => <Row key={one.id} one={one} />)}
        empty={{
          title: t("calibration.none"),
          text: leads ? t("calibration.noneText") : t("calibration.noneInvited"),
          action: leads && seesCalls && (
            <Button component={Link} href="/calls" size="xs" variant="default">
              {t("calibration.findCall")}
            </Button>
          ),
        }}
      >
        <MoreButton pages={found} />
      </ListPanel>
    </div>
  );
}
