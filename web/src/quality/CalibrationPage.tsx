import { IconArrowLeft } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useFormat } from "../api/queries";
import { serverNow } from "../live/clock";
import { Failure } from "../parts/Failure";
import { SureButton } from "../parts/SureButton";
import { useTell } from "../parts/useTell";
import { useTitle } from "../parts/useTitle";
import { PageSkeleton } from "../parts/Waiting";
import { CalibrationResult } from "./CalibrationResult";
import {
  type Calibration,
  saveScoring,
  standing,
  useCalibratedCall,
  useCalibration,
  useEndCalibration,
  writtenOf,
} from "./calibrations";
import { useWords } from "./forms";
import { Heard, type Hearing, useHearing } from "./Heard";
import { type Doors, ReviewEditor } from "./ReviewEditor";
import styles from "./Reviews.module.css";
import type { ReviewedCall } from "./reviews";

/** Who was invited, and who of them has scored; and how it is closed. */
function Progress({ calibration, end }: { calibration: Calibration; end: ReturnType<typeof useEndCalibration> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const tell = useTell();
  const missing = calibration.reviewers.filter(({ has_scored }) => !has_scored).length;
  return (
    <section className={`panel ${styles.panel}`} aria-labelledby="progress-title">
      <h2 id="progress-title">{t("calibration.progress")}</h2>
      <p className="muted">{t("calibration.dueAt", { time: format.dateMinute(calibration.due_at) })}</p>
      <ul className={styles.steps}>
        {calibration.reviewers.map(({ username, has_scored }) => (
          <li key={username} className={styles.line}>
            <span>{username}</span>
            <span className="muted">{has_scored ? t("calibration.hasScored") : t("calibration.hasNotScored")}</span>
          </li>
        ))}
      </ul>
      {calibration.may_close && (
        <div>
          <SureButton
            label={t("calibration.close")}
            sure={t("calibration.closeSure", { count: missing })}
            isSending={end.isPending}
            onSure={() => end.mutate("close", { onError: tell.failure })}
          />
        </div>
      )}
    </section>
  );
}

/** One's own form while it is to be scored; then that one waits for the others. */
function Own({
  calibration,
  end,
  hearing,
}: {
  calibration: Calibration;
  end: ReturnType<typeof useEndCalibration>;
  hearing: Hearing;
}) {
  const { t } = useTranslation();
  const tell = useTell();
  const written = writtenOf(calibration);
  const { id } = calibration;
  const doors: Doors = {
    place: `callcenter.calibration.${id}`,
    save: (version, draft) => saveScoring(id, version, draft),
    finish: (version) =>
      end.mutate({ version }, { onSuccess: () => tell.success(t("calibration.finished")), onError: tell.failure }),
    finishing: "finish",
    isFinishing: end.isPending,
  };
  if (written && calibration.is_mine_to_score) {
    return <ReviewEditor written={written} doors={doors} hearing={hearing} />;
  }
  return (
    <section className={`panel ${styles.panel}`} aria-labelledby="blind-title">
      <h2 id="blind-title">{t("calibration.blind")}</h2>
      <p>{written ? t("calibration.blindScored") : t("calibration.blindText")}</p>
    </section>
  );
}

function Detail({ calibration, call }: { calibration: Calibration; call: ReviewedCall }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  const hearing = useHearing(call);
  const end = useEndCalibration(calibration.id);
  const { result } = calibration;
  return (
    <>
      <p>
        <Link href="/quality/calibrations">
          <IconArrowLeft size={16} aria-hidden /> {t("sampling.section.calibrations")}
        </Link>
      </p>
      <h1>{t("calibration.title", { agent: calibration.agent_name || calibration.agent_number })}</h1>
      <p className="muted">
        {call.number || t("floor.withheld")} · {format.dateMinute(calibration.talked_at)} ·{" "}
        {words(calibration.form_name)} · {t("calibration.by", { name: calibration.opened_by })} ·{" "}
        {t(`calibration.state.${standing(calibration, serverNow())}`)}
      </p>
      {result ? (
        <div className={styles.side}>
          <CalibrationResult sections={calibration.sections} result={result} onPlay={hearing.onPlay} />
          <Heard call={call} hearing={hearing} />
        </div>
      ) : (
        <div className={styles.page}>
          <div className={styles.side}>
            <Heard call={call} hearing={hearing} />
            <Progress calibration={calibration} end={end} />
          </div>
          <Own calibration={calibration} end={end} hearing={hearing} />
        </div>
      )}
    </>
  );
}

/** One calibration: scored blind by who was invited, and once it is closed how far apart they were. */
export default function CalibrationPage({ id }: { id: string }) {
  const { t } = useTranslation();
  const calibration = useCalibration(id);
  const call = useCalibratedCall(id);
  useTitle(t("sampling.section.calibrations"));
  if (calibration.isError) return <Failure error={calibration.error} onRetry={() => void calibration.refetch()} />;
  if (call.isError) return <Failure error={call.error} onRetry={() => void call.refetch()} />;
  if (calibration.isPending || call.isPending) return <PageSkeleton />;
  return <Detail calibration={calibration.data} call={call.data} />;
}
