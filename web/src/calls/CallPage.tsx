import { Button, Select } from "@mantine/core";
import { IconArrowLeft, IconChecklist, IconScale } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "wouter";
import { ask, query } from "../api/client";
import { useFormat, useMay, useQueueWord } from "../api/queries";
import type { CallDetail, CallerSurvey, Recording, Seconds } from "../api/shapes";
import { WhoseCall } from "../customers/WhoseCall";
import { duration, NOTHING } from "../format";
import { ClipsOf } from "../library/ClipsOf";
import { serverNow } from "../live/clock";
import { DirectionArrow } from "../parts/DirectionArrow";
import { Failure } from "../parts/Failure";
import { Outcome } from "../parts/Outcome";
import pageClasses from "../parts/Page.module.css";
import { useTitle } from "../parts/useTitle";
import { PageSkeleton } from "../parts/Waiting";
import { KeptPanel } from "../retention/KeptPanel";
import { useRuleWord } from "../retention/useRuleWord";
import { WrapUpsOfCall } from "../wrapUp/WrapUpsOfCall";
import { Accesses } from "./Accesses";
import classes from "./CallPage.module.css";
import { Diary } from "./Diary";
import { agentOf, isStillComing } from "./diary";
import { LineQuality } from "./LineQuality";
import type { PlayerHandle } from "./Player";
import { RecordingPlayer } from "./RecordingPlayer";
import { Timeline } from "./Timeline";

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd className="num">{children || NOTHING}</dd>
    </div>
  );
}

/** Which recording, and which second of it, the page was opened for. */
function useMoment(): { id: number | null; at: Seconds } {
  const [params] = useSearchParams();
  const told = (name: string) => Number(params.get(name)) || 0;
  return { id: told("recording") || null, at: Math.max(0, told("at")) };
}

/** What the caller pressed for each agent who was asked about. */
function useScores(surveys: CallerSurvey[]): string {
  const { t } = useTranslation();
  return surveys
    .map((survey) => {
      const score = survey.score > 0 ? t("survey.score", { score: survey.score }) : t("survey.none");
      return surveys.length > 1 ? `${agentOf(survey)}: ${score}` : score;
    })
    .join(", ");
}

function Head({ detail }: { detail: CallDetail }) {
  const { call } = detail;
  const { t } = useTranslation();
  const scores = useScores(detail.surveys);
  const format = useFormat();
  const queueWord = useQueueWord();
  const seconds = (value: number | null) => (value ? duration(value) : NOTHING);
  return (
    <>
      <div className={classes.head}>
        <Link href="/calls" className={pageClasses.back} onClick={returnToSearch}>
          <IconArrowLeft size={16} aria-hidden /> {t("page.calls")}
        </Link>
        <h1>
          <DirectionArrow direction={call.direction} size={20} /> {call.number || t("floor.withheld")}{" "}
          {call.caller_name && <small>{call.caller_name}</small>}
        </h1>
      </div>
      <dl className={`panel ${classes.facts}`}>
        <Fact label={t("calls.outcome")}>
          <Outcome outcome={call.outcome} />
        </Fact>
        <Fact label={t("calls.began")}>{format.dateTime(call.started_at)}</Fact>
        <Fact label={t("calls.length")}>{duration(call.ended_at - call.started_at)}</Fact>
        <Fact label={t("calls.wait")}>{seconds(call.wait_seconds)}</Fact>
        <Fact label={t("calls.talk")}>{seconds(call.talk_seconds)}</Fact>
        <Fact label={t("calls.hold")}>{seconds(call.hold_seconds)}</Fact>
        <Fact label={t("floor.queue")}>{call.queues.map((queue) => queueWord(call.pbx, queue)).join(", ")}</Fact>
        <Fact label={t("calls.agent")}>{call.agents.map((agent) => agent.name || agent.number).join(", ")}</Fact>
        {scores && <Fact label={t("survey.satisfaction")}>{scores}</Fact>}
      </dl>
    </>
  );
}

/** Back to the search that led here, with its filters and its place in the list, when there was one. */
function returnToSearch(event: React.MouseEvent): void {
  if (window.history.length <= 1 || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  window.history.back();
}

function why(recording: Recording | undefined): "none" | "writing" | "missing" | "deleted" | "silent" | null {
  if (!recording) return "none";
  if (recording.state !== "ready") return recording.state;
  return recording.has_audio ? null : "silent";
}

function Recordings({
  detail,
  chosen,
  onChoose,
  children,
}: {
  detail: CallDetail;
  chosen: Recording | undefined;
  onChoose: (id: number) => void;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const ruleWord = useRuleWord();
  const mayHear = useMay("hear_recordings");
  const reason = why(chosen);
  return (
    <section className="panel" aria-labelledby="recording-title">
      <div className={classes.bar}>
        <h2 id="recording-title">{t("calls.recording")}</h2>
        {detail.recordings.length > 1 && (
          <Select
            size="xs"
            aria-label={t("calls.recording")}
            data={detail.recordings.map((recording) => ({
              value: String(recording.id),
              label: `${format.time(recording.began_at)} · ${duration(recording.duration_seconds)}`,
            }))}
            value={chosen ? String(chosen.id) : null}
            onChange={(id) => onChoose(Number(id))}
            allowDeselect={false}
          />
        )}
      </div>
      {!mayHear && reason !== "deleted" && <p className={classes.note}>{t("recording.notAllowed")}</p>}
      {reason === "deleted" && chosen?.deleted && (
        <p className={classes.note}>
          {t("recording.deleted", {
            at: format.date(chosen.deleted.at),
            rule: ruleWord(chosen.deleted.rule),
          })}
        </p>
      )}
      {mayHear && reason !== null && reason !== "deleted" && <p className={classes.note}>{t(`recording.${reason}`)}</p>}
      {mayHear && reason === null && children}
    </section>
  );
}

/** Each agent's part of the call can be reviewed, by one or, to compare them, by several. */
function ReviewLinks({ call }: { call: CallDetail["call"] }) {
  const { t } = useTranslation();
  const mayReview = useMay("review_calls");
  const mayLead = useMay("manage_sampling");
  const agents = call.agents.filter(({ number }) => /^\d+$/.test(number));
  if (!mayReview || agents.length === 0) return null;
  return (
    <div className={classes.reviews}>
      {agents.map(({ number, name }) => (
        <Button
          key={number}
          component={Link}
          size="xs"
          variant="default"
          leftSection={<IconChecklist size={15} />}
          href={`/quality/reviews/new${query({ pbx: call.pbx, call: call.call_id, agent: number })}`}
        >
          {t("review.ofAgent", { agent: name || number })}
        </Button>
      ))}
      {mayLead &&
        agents.map(({ number, name }) => (
          <Button
            key={number}
            component={Link}
            size="xs"
            variant="subtle"
            leftSection={<IconScale size={15} />}
            href={`/quality/calibrations/new${query({ pbx: call.pbx, call: call.call_id, agent: number })}`}
          >
            {t("calibration.ofAgent", { agent: name || number })}
          </Button>
        ))}
    </div>
  );
}

function Detail({ detail }: { detail: CallDetail }) {
  const { t } = useTranslation();
  const player = useRef<PlayerHandle>(null);
  const seesAccesses = useMay("see_accesses");
  const seesCustomers = useMay("see_customers");
  const makesClips = useMay("manage_clips");
  const erases = useMay("erase_customers");
  const moment = useMoment();
  const [id, setId] = useState(moment.id);
  const [position, setPosition] = useState<number | null>(null);
  const recording = detail.recordings.find((item) => item.id === id) ?? detail.recordings[0];
  const playhead = recording && position !== null ? recording.began_at + position : null;
  return (
    <div className={classes.page}>
      <Head detail={detail} />
      {seesCustomers && <WhoseCall call={detail.call} />}
      <ReviewLinks call={detail.call} />
      <WrapUpsOfCall call={detail.call} />
      <div className="panel">
        <Timeline
          detail={detail}
          playhead={playhead}
          onSeek={(at) => recording && player.current?.seek(at - recording.began_at)}
        />
      </div>
      <Recordings detail={detail} chosen={recording} onChoose={setId}>
        {recording && (
          <RecordingPlayer
            key={recording.id}
            recording={recording}
            conversations={detail.conversations}
            holds={detail.holds}
            startsAt={recording.id === moment.id ? moment.at : 0}
            onMove={setPosition}
            handle={player}
          />
        )}
      </Recordings>
      {recording && makesClips && <ClipsOf recording={recording.id} />}
      {recording && <KeptPanel call={detail.call} isGone={detail.recordings.every((one) => one.state === "deleted")} />}
      {recording && seesAccesses && <Accesses key={recording.id} recording={recording} />}
      <LineQuality call={detail.call} />
      <section className="panel" aria-labelledby="diary-title">
        <h2 id="diary-title" className={classes.bar}>
          {t("calls.diary")}
        </h2>
        <Diary detail={detail} />
      </section>
      {erases && detail.call.number && (
        <Link href={`/erasures${query({ pbx: detail.call.pbx, call: detail.call.call_id })}`} className={classes.erase}>
          {t("calls.erase")}
        </Link>
      )}
    </div>
  );
}

/** How soon to look again while more of the call is to come. */
const AGAIN_MS = 3000;

export default function CallPage({ pbx, callId }: { pbx: string; callId: string }) {
  const { t } = useTranslation();
  const detail = useQuery({
    queryKey: ["call", pbx, callId],
    queryFn: () => ask("GET /api/calls/{pbx}/{call_id}", { path: { pbx, call_id: callId } }),
    refetchInterval: ({ state }) => state.data !== undefined && isStillComing(state.data, serverNow()) && AGAIN_MS,
  });
  useTitle(detail.data?.call.number ?? t("seat.call"));
  if (detail.isPending) return <PageSkeleton />;
  if (detail.isError) return <Failure error={detail.error} onRetry={() => void detail.refetch()} />;
  return <Detail detail={detail.data} />;
}
