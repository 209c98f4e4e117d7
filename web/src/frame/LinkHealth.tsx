import { Popover, UnstyledButton } from "@mantine/core";
import { IconAlertTriangleFilled, IconClockExclamation, IconLoader2, IconPlugConnectedX } from "@tabler/icons-react";
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useFormat } from "../api/queries";
import { useGaps } from "../books/books";
import { Came } from "../books/Gaps";
import { duration, type Format } from "../format";
import { serverNow } from "../live/clock";
import { type Health, useHealth } from "../live/health";
import { useLive } from "../live/store";
import classes from "./LinkHealth.module.css";

type Tone = "good" | "warn" | "bad" | "quiet";

const TONES: Record<Health["kind"], Tone> = {
  waiting: "quiet",
  live: "good",
  late: "warn",
  lost: "bad",
  refused: "bad",
  link: "bad",
  no_link: "quiet",
};

function Glyph({ kind }: { kind: Health["kind"] }) {
  if (kind === "live") return <span className={classes.dot} aria-hidden />;
  if (kind === "late") return <IconClockExclamation size={16} aria-hidden />;
  if (kind === "waiting") return <IconLoader2 size={16} className={classes.turn} aria-hidden />;
  return kind === "link" ? (
    <IconPlugConnectedX size={16} aria-hidden />
  ) : (
    <IconAlertTriangleFilled size={15} aria-hidden />
  );
}

function short(t: TFunction, health: Health): string {
  if (health.kind === "late") return t("health.late", { count: health.seconds });
  if (health.kind === "link") return t(`health.short.${health.state}`, { pbx: health.pbx });
  return t(`health.${health.kind}`);
}

function long(t: TFunction, health: Health, format: Format): string {
  if (health.kind === "late") return t("health.lateText");
  if (health.kind === "lost") return t("health.lostText", { time: format.time(health.since) });
  if (health.kind !== "link") return t("health.refusedText");
  return t(`health.text.${health.state}`, { pbx: health.pbx, time: format.time(health.since) });
}

function ageOf(health: Health): number | null {
  if (health.kind === "late") return health.seconds;
  return health.kind === "lost" || health.kind === "link" ? serverNow() - health.since : null;
}

function Links() {
  const { t } = useTranslation();
  const format = useFormat();
  const links = Object.values(useLive((live) => live.entities.links));
  if (links.length === 0) return <p className="muted">{t("health.no_link")}</p>;
  return (
    <dl className={classes.links}>
      {links.map((link) => (
        <div key={link.pbx}>
          <dt>{link.pbx}</dt>
          <dd>
            {t(`health.state.${link.state}`)} · {t("health.since", { time: format.dateTime(link.since) })}
            {link.detail && <em>{link.detail}</em>}
            {link.unheard_since !== null && (
              <span className={classes.running}>
                {t("books.unheardSince", { time: format.dateTime(link.unheard_since) })}
              </span>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

const RECENT_SECONDS = 7 * 86_400;
const SHOWN_GAPS = 3;

/** The last times in which a PBX was not heard, and where all of them are. */
function RecentGaps() {
  const { t } = useTranslation();
  const format = useFormat();
  const [since] = useState(() => Math.floor(serverNow()) - RECENT_SECONDS);
  const open = useLive((live) => Object.values(live.entities.links).filter((link) => link.unheard_since).length);
  const gaps = useGaps(since, open);
  return (
    <div className={classes.gaps}>
      <h2 className={classes.title}>{t("books.gaps")}</h2>
      {gaps.data?.length === 0 && <p className="muted">{t("books.noRecentGaps")}</p>}
      <ul>
        {gaps.data?.slice(0, SHOWN_GAPS).map((gap) => (
          <li key={`${gap.pbx} ${gap.since}`}>
            <span className="num">{format.dateTime(gap.since)}</span> · {duration(gap.until - gap.since)}
            <br />
            <Came gap={gap} />
          </li>
        ))}
      </ul>
      <Link href="/books">{t("books.all")}</Link>
    </div>
  );
}

export function LinkHealth() {
  const { t } = useTranslation();
  const health = useHealth();
  return (
    <Popover position="bottom-end" shadow="md" width={320} withArrow>
      <Popover.Target>
        <UnstyledButton
          className={`${classes.pill} ${classes.tone}`}
          data-tone={TONES[health.kind]}
          aria-label={`${t("health.title")}: ${short(t, health)}`}
        >
          <Glyph kind={health.kind} />
          <span>{short(t, health)}</span>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <h2 className={classes.title}>{t("health.title")}</h2>
        <Links />
        <RecentGaps />
      </Popover.Dropdown>
    </Popover>
  );
}

/** Said in full under the header whenever the page does not show the present. */
export function HealthBanner() {
  const { t } = useTranslation();
  const format = useFormat();
  const health = useHealth();
  if (health.kind === "live" || health.kind === "waiting" || health.kind === "no_link") return null;
  const detail = health.kind === "link" ? health.detail : "";
  const age = ageOf(health);
  return (
    <div className={`${classes.banner} ${classes.tone}`} data-tone={TONES[health.kind]} role="alert">
      <Glyph kind={health.kind} />
      <span>
        {long(t, health, format)} {detail && <em>({detail})</em>}
      </span>
      {age !== null && (
        <span className={`num ${classes.age}`} aria-hidden>
          {duration(age)}
        </span>
      )}
    </div>
  );
}
