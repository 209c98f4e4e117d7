import { Badge, Button, Tabs } from "@mantine/core";
import { IconArrowLeft, IconInfoCircle, IconPencil, IconUpload } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useFormat, useMay, useQueueWord } from "../api/queries";
import type { CallbackList } from "../api/shapes";
import { CalendarTab } from "../dialling/CalendarTab";
import dialling from "../dialling/Dialling.module.css";
import { EmergencyStopButton } from "../dialling/EmergencyStop";
import { FormBuilder } from "../forms/FormBuilder";
import { ImportWizard } from "../imports/ImportWizard";
import { Failure } from "../parts/Failure";
import pageClasses from "../parts/Page.module.css";
import { useTitle } from "../parts/useTitle";
import { PageSkeleton } from "../parts/Waiting";
import { FormResults } from "../reports/FormResults";
import { Decisions } from "./Decisions";
import { FillRules } from "./FillRules";
import { ListForm } from "./ListForm";
import classes from "./ListPage.module.css";
import { ListSettings } from "./ListSettings";
import { ListState, StartStop } from "./ListState";
import { useList, useLiveList } from "./lists";
import { OutcomeCounts } from "./OutcomeCounts";
import { Progress } from "./Progress";
import { AttemptTable, TargetTable } from "./Tables";

const COUNTS = ["targets", "open", "due", "in_air", "reached", "closed"] as const;

/** Nothing is dialled right now: why, since it was let run, and what would change it. */
function WhyIdle({ list }: { list: CallbackList }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (!list.why_idle || list.why_idle === list.state) return null;
  const why = t(`callbacks.whyIdle.${list.why_idle as "no_free_seat"}`, { defaultValue: list.why_idle });
  const opens = list.opens_at === null ? "" : t("callbacks.opensAt", { time: format.dateMinute(list.opens_at) });
  return (
    <p className={dialling.why} role="status">
      <IconInfoCircle size={18} aria-hidden />
      <span>
        {t("callbacks.idle", { why: list.opens_at === null ? why : `${why}; ${opens}` })}{" "}
        <Link href={`/callbacks/tester?list=${list.id}`}>{t("callbacks.askTester")}</Link>
      </span>
    </p>
  );
}

function Summary({ list }: { list: CallbackList }) {
  const { t } = useTranslation();
  const format = useFormat();
  const hasOutcomes = Object.keys(list.outcomes).length > 0;
  return (
    <section className={`panel ${classes.summary}`} aria-label={t("callbacks.progress")}>
      <div className={classes.state}>
        <ListState list={list} />
        <Progress list={list} large />
      </div>
      <dl className={classes.counts}>
        {COUNTS.map((count) => (
          <div key={count}>
            <dt>{t(`callbacks.${count}`)}</dt>
            <dd className="num">{format.number(list[count])}</dd>
          </div>
        ))}
      </dl>
      <WhyIdle list={list} />
      {hasOutcomes && (
        <div className={classes.outcomes}>
          <OutcomeCounts list={list} />
        </div>
      )}
    </section>
  );
}

function Detail({ asked }: { asked: CallbackList }) {
  const { t } = useTranslation();
  const list = useLiveList(asked);
  const format = useFormat();
  const queueWord = useQueueWord();
  const mayRun = useMay("run_lists");
  const seesReports = useMay("see_reports");
  const [dialog, setDialog] = useState<"import" | "edit" | null>(null);
  const [tab, setTab] = useState<string | null>("targets");
  const isAsking = list.asking > 0;
  return (
    <div className={classes.page}>
      <div>
        <Link href="/callbacks" className={pageClasses.back}>
          <IconArrowLeft size={16} aria-hidden /> {t("page.callbacks")}
        </Link>
        <div className={classes.head}>
          <h1>
            {list.name} <small>{queueWord(list.pbx ?? "", list.queue)}</small>
          </h1>
          {mayRun && (
            <div className={classes.actions}>
              <Button
                size="xs"
                variant="default"
                leftSection={<IconUpload size={15} />}
                onClick={() => setDialog("import")}
              >
                {t("import.open")}
              </Button>
              <Button
                size="xs"
                variant="default"
                leftSection={<IconPencil size={15} />}
                onClick={() => setDialog("edit")}
              >
                {t("callbacks.editShort")}
              </Button>
              <StartStop list={list} />
              <EmergencyStopButton />
            </div>
          )}
        </div>
      </div>
      <Summary list={list} />
      <Tabs
        value={tab === "asking" && !isAsking ? "targets" : tab}
        onChange={setTab}
        keepMounted={false}
        className="panel"
      >
        <Tabs.List className={classes.tabs}>
          <Tabs.Tab value="targets">{t("callbacks.targets")}</Tabs.Tab>
          {isAsking && (
            <Tabs.Tab value="asking" rightSection={<Badge size="sm">{format.number(list.asking)}</Badge>}>
              {t("decision.title")}
            </Tabs.Tab>
          )}
          <Tabs.Tab value="attempts">{t("callbacks.attempts")}</Tabs.Tab>
          <Tabs.Tab value="form">{t("callbacks.form")}</Tabs.Tab>
          {seesReports && <Tabs.Tab value="answers">{t("callbackReport.answers")}</Tabs.Tab>}
          <Tabs.Tab value="calendar">{t("calendar.title")}</Tabs.Tab>
          <Tabs.Tab value="rules">{t("fill.tab")}</Tabs.Tab>
          <Tabs.Tab value="settings">{t("callbacks.settings")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="targets">
          <TargetTable id={String(list.id)} onImport={mayRun ? () => setDialog("import") : null} />
        </Tabs.Panel>
        {isAsking && (
          <Tabs.Panel value="asking">
            <Decisions list={list} />
          </Tabs.Panel>
        )}
        <Tabs.Panel value="attempts">
          <AttemptTable id={String(list.id)} />
        </Tabs.Panel>
        <Tabs.Panel value="form">
          <FormBuilder list={String(list.id)} />
        </Tabs.Panel>
        {seesReports && (
          <Tabs.Panel value="answers">
            <FormResults list={String(list.id)} />
          </Tabs.Panel>
        )}
        <Tabs.Panel value="calendar">
          <CalendarTab list={list} />
        </Tabs.Panel>
        <Tabs.Panel value="rules">
          <FillRules listId={String(list.id)} />
        </Tabs.Panel>
        <Tabs.Panel value="settings">
          <ListSettings list={list} />
        </Tabs.Panel>
      </Tabs>
      {dialog === "import" && (
        <ImportWizard
          into={{ kind: "targets", listId: String(list.id) }}
          title={t("import.title", { name: list.name })}
          onClose={() => setDialog(null)}
        />
      )}
      {dialog === "edit" && <ListForm list={list} onClose={() => setDialog(null)} onSaved={() => setDialog(null)} />}
    </div>
  );
}

export default function ListPage({ id }: { id: string }) {
  const { t } = useTranslation();
  const list = useList(id);
  useTitle(list.data?.name ?? t("page.callbacks"));
  if (list.isPending) return <PageSkeleton />;
  if (list.isError) return <Failure error={list.error} onRetry={() => void list.refetch()} />;
  return <Detail asked={list.data} />;
}
