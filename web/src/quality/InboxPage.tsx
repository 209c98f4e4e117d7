import { Button, Kbd } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useFormat, useMay, useQueueWord } from "../api/queries";
import { duration } from "../format";
import { ListPanel } from "../parts/ListPanel";
import page from "../parts/Page.module.css";
import { useTell } from "../parts/useTell";
import { type Assignment, useClaim, useGiveBack, useInbox, wayToReview } from "./inbox";
import classes from "./Quality.module.css";
import { Sections } from "./Sections";

const COLUMNS = ["agent", "conversation", "length", "queue", "why", "due"] as const;

function Cells({ one }: { one: Assignment }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queueWord = useQueueWord();
  return (
    <>
      <td>
        {one.agent_name || one.agent_number} <small className="muted">{one.agent_number}</small>
      </td>
      <td className="num">{format.dateMinute(one.began_at)}</td>
      <td className="num">{duration(one.talk_seconds)}</td>
      <td>{one.queue ? queueWord(one.pbx, one.queue) : "–"}</td>
      <td>
        {t(`sampling.why.${one.why}`)}
        <small className={page.small}>{one.plan}</small>
      </td>
    </>
  );
}

function Mine({ one, isNext }: { one: Assignment; isNext: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const tell = useTell();
  const claim = useClaim();
  const giveBack = useGiveBack();
  const begin = useRef<HTMLAnchorElement>(null);
  const agent = one.agent_name || one.agent_number;
  // Who claimed with one key goes on with the next.
  useEffect(() => {
    if (isNext) begin.current?.focus();
  }, [isNext]);
  return (
    <tr>
      <Cells one={one} />
      <td className="num">
        {one.expires_at === null
          ? t("sampling.notClaimed")
          : t("sampling.until", { time: format.dateMinute(one.expires_at) })}
      </td>
      <td>
        <div className={classes.buttons}>
          {one.claimed_at === null ? (
            <Button
              size="compact-xs"
              variant="default"
              loading={claim.isPending}
              aria-label={t("sampling.claimOf", { agent })}
              onClick={() => claim.mutate(one.id, { onError: tell.failure })}
            >
              {t("sampling.claim")}
            </Button>
          ) : (
            <Button
              component={Link}
              ref={begin}
              href={wayToReview(one)}
              size="compact-xs"
              aria-label={t("sampling.beginOf", { agent })}
            >
              {t("sampling.begin")}
            </Button>
          )}
          <Button
            size="compact-xs"
            variant="default"
            loading={giveBack.isPending}
            aria-label={t("sampling.giveBackOf", { agent })}
            onClick={() => giveBack.mutate(one.id, { onError: tell.failure })}
          >
            {t("sampling.giveBack")}
          </Button>
        </div>
      </td>
    </tr>
  );
}

function Pooled({ one }: { one: Assignment }) {
  const { t } = useTranslation();
  const tell = useTell();
  const claim = useClaim();
  return (
    <tr>
      <Cells one={one} />
      <td>
        <Button
          size="compact-xs"
          variant="default"
          loading={claim.isPending}
          aria-label={t("sampling.claimOf", { agent: one.agent_name || one.agent_number })}
          onClick={() => claim.mutate(one.id, { onError: tell.failure })}
        >
          {t("sampling.claim")}
        </Button>
      </td>
    </tr>
  );
}

export default function InboxPage() {
  const { t } = useTranslation();
  const tell = useTell();
  const inbox = useInbox();
  const claim = useClaim();
  const mayPlan = useMay("manage_sampling");
  const [next, setNext] = useState<number | null>(null);
  const { mine, pool } = inbox.data ?? { mine: [], pool: [] };
  const isAny = pool.length > 0 || mine.some((one) => one.claimed_at === null);
  const claimNext = () => {
    if (isAny && !claim.isPending) claim.mutate(null, { onSuccess: (one) => setNext(one.id), onError: tell.failure });
  };
  useHotkeys([["n", claimNext]]);
  const columns = COLUMNS.map((name) => t(`sampling.column.${name}`));
  return (
    <div className={page.page}>
      <h1 className="visually-hidden">{t("sampling.section.inbox")}</h1>
      <Sections here="inbox" />
      <ListPanel
        title={t("sampling.mine")}
        asked={[inbox]}
        tools={
          <Button
            size="xs"
            disabled={!isAny}
            loading={claim.isPending}
            rightSection={
              <Kbd size="xs" aria-hidden>
                N
              </Kbd>
            }
            aria-keyshortcuts="N"
            onClick={claimNext}
          >
            {t("sampling.claimNext")}
          </Button>
        }
        columns={[...columns, null]}
        rows={mine.map((one) => <Mine key={one.id} one={one} isNext={one.id === next && one.claimed_at !== null} />)}
        empty={{
          title: t("sampling.noneMine"),
          text: t(`sampling.noneMineTo.${mayPlan ? "manager" : "reviewer"}`),
        }}
      />
      {pool.length > 0 && (
        <ListPanel
          title={t("sampling.pool")}
          asked={[inbox]}
          columns={[...columns.slice(0, -1), null]}
          rows={pool.map((one) => <Pooled key={one.id} one={one} />)}
        />
      )}
    </div>
  );
}
