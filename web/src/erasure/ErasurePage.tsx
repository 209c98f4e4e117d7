import { Button, Progress, SegmentedControl } from "@mantine/core";
import { IconArrowLeft, IconDownload, IconPrinter } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { LANGUAGES, type Language, useLanguage } from "../i18n";
import { Failure } from "../parts/Failure";
import pageClasses from "../parts/Page.module.css";
import { useTitle } from "../parts/useTitle";
import { PageSkeleton } from "../parts/Waiting";
import { Certificate } from "./Certificate";
import { saveAsFile } from "./certificate";
import classes from "./Erasure.module.css";
import { type ErasureAlone, type Kind, useErasure } from "./erasures";

/** One erasure: how far it is, and then its certificate. */
export default function ErasurePage({ id }: { id: string }) {
  const { t } = useTranslation();
  const erasure = useErasure(id);
  useTitle(t("erasure.title"));
  if (erasure.isPending) return <PageSkeleton />;
  if (erasure.isError) return <Failure error={erasure.error} onRetry={() => void erasure.refetch()} />;
  return (
    <div className={pageClasses.page}>
      <div className={classes.top}>
        <Link href="/erasures" className={pageClasses.back}>
          <IconArrowLeft size={16} aria-hidden /> {t("erasure.title")}
        </Link>
        <h1>{t("erasure.one", { reference: erasure.data.reference })}</h1>
      </div>
      {erasure.data.state === "done" ? <Done erasure={erasure.data} /> : <UnderWay erasure={erasure.data} />}
    </div>
  );
}

function UnderWay({ erasure }: { erasure: ErasureAlone }) {
  const { t } = useTranslation();
  const { state, step, steps_done, steps, said } = erasure;
  const what = step ? t(`erasure.kind.${step as Kind}`) : "";
  const words =
    state === "running" && what ? t("erasure.step", { nth: steps_done + 1, steps, what }) : t("erasure.states.asked");
  return (
    <section className={`panel ${classes.body}`} aria-label={t("erasure.state")}>
      <p role="status" className={classes.line}>
        {words}
      </p>
      <Progress value={(100 * steps_done) / steps} size="lg" animated aria-label={words} />
      {said && <p className={classes.warning}>{t("erasure.waits", { said })}</p>}
      <p className={`muted ${classes.line}`}>{t("erasure.goesOn")}</p>
    </section>
  );
}

function Done({ erasure }: { erasure: ErasureAlone }) {
  const { t } = useTranslation();
  const panelLanguage = useLanguage();
  const [chosen, setChosen] = useState<Language | null>(null);
  const language = chosen ?? panelLanguage;
  const article = useRef<HTMLElement>(null);
  return (
    <>
      <div className={classes.tools}>
        <SegmentedControl
          size="xs"
          aria-label={t("erasure.language")}
          data={LANGUAGES.map((value) => ({ value, label: t(`erasure.languages.${value}`) }))}
          value={language}
          onChange={(value) => setChosen(value as Language)}
        />
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPrinter size={15} aria-hidden />}
          onClick={() => window.print()}
        >
          {t("erasure.print")}
        </Button>
        <Button
          size="xs"
          leftSection={<IconDownload size={15} aria-hidden />}
          onClick={() => article.current && saveAsFile(article.current, `erasure-${erasure.id}-${language}.html`)}
        >
          {t("erasure.download")}
        </Button>
      </div>
      <Certificate erasure={erasure} language={language} article={article} />
    </>
  );
}
