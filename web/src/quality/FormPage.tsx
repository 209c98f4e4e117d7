import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { useFormat, useMay } from "../api/queries";
import { Failure } from "../parts/Failure";
import { useTell } from "../parts/useTell";
import { RowsSkeleton } from "../parts/Waiting";
import {
  hasWords,
  type Item,
  isReady,
  itemsOf,
  mended,
  movedItem,
  movedSection,
  NO_WORDS,
  newItem,
  newSection,
  pointsOf,
  type Section,
} from "./building";
import { type FormContent, type ReviewForm, useReviewForm, useSaveReviewForm, useWords } from "./forms";
import { ItemCard, Tools } from "./ItemCard";
import { Preview } from "./Preview";
import classes from "./Quality.module.css";
import { WordsFields } from "./WordsFields";

interface SectionProps {
  sections: Section[];
  at: number;
  isTried: boolean;
  put: (sections: Section[]) => void;
}

function SectionCard({ sections, at, isTried, put }: SectionProps) {
  const { t } = useTranslation();
  const section = sections[at] as Section;
  const name = t("quality.sectionNumber", { number: at + 1 });
  const change = (fields: Partial<Section>) =>
    put(mended(sections.map((one, nth) => (nth === at ? { ...one, ...fields } : one))));
  const changeItem = (nth: number, fields: Partial<Item>) =>
    change({ items: section.items.map((item, one) => (one === nth ? { ...item, ...fields } : item)) });
  const before = itemsOf(sections.slice(0, at));
  const last = sections.length - 1;
  return (
    <li className={classes.section}>
      <div className={classes.head}>
        <strong>
          {name} · {t("quality.pointsInAll", { count: pointsOf([section]) })}
        </strong>
        <Tools
          name={name}
          tools={{
            up: at === 0 ? null : () => put(movedSection(sections, at, -1)),
            down: at === last ? null : () => put(movedSection(sections, at, 1)),
            remove: () => put(mended(sections.filter((_, nth) => nth !== at))),
          }}
        />
      </div>
      <WordsFields
        label={t("quality.section")}
        words={section.label}
        change={(label) => change({ label })}
        error={isTried && !hasWords(section.label) ? t("quality.needsWords") : null}
      />
      {section.items.length === 0 && <p className="muted">{t("quality.emptySection")}</p>}
      <ol className={classes.cards}>
        {section.items.map((item, nth) => (
          <ItemCard
            key={item.id}
            item={item}
            number={`${at + 1}.${nth + 1}`}
            earlier={[...before, ...section.items.slice(0, nth)]}
            isTried={isTried}
            change={(fields) => changeItem(nth, fields)}
            tools={{
              up: at === 0 && nth === 0 ? null : () => put(movedItem(sections, at, nth, -1)),
              down: at === last && nth === section.items.length - 1 ? null : () => put(movedItem(sections, at, nth, 1)),
              remove: () => change({ items: section.items.filter((_, one) => one !== nth) }),
            }}
          />
        ))}
      </ol>
      <Button
        size="compact-sm"
        variant="subtle"
        leftSection={<IconPlus size={14} />}
        onClick={() => change({ items: [...section.items, newItem()] })}
      >
        {t("quality.addItem", { number: at + 1 })}
      </Button>
    </li>
  );
}

/** A form may be left unsaved only on purpose. */
function useWarnBeforeLeaving(isChanged: boolean) {
  useEffect(() => {
    if (!isChanged) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [isChanged]);
}

function Editor({ form }: { form: ReviewForm | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const tell = useTell();
  const [, go] = useLocation();
  const saved: FormContent = form ?? { name: NO_WORDS, sections: [] };
  const [name, setName] = useState(saved.name);
  const [sections, put] = useState(() => (form ? form.sections : [newSection()]));
  const [isTried, setTried] = useState(false);
  const save = useSaveReviewForm(form);
  const content = { name, sections };
  const isChanged = JSON.stringify(content) !== JSON.stringify({ name: saved.name, sections: saved.sections });
  useWarnBeforeLeaving(isChanged);
  const send = () => {
    setTried(true);
    if (!isReady(name, sections)) return;
    save.mutate(content, {
      onSuccess: (made) => {
        tell.success(t("quality.saved", { version: made.version }));
        go(`/quality/forms/${made.id}`);
      },
    });
  };
  return (
    <div className={classes.builder}>
      <div className={classes.form}>
        <WordsFields
          label={t("quality.name")}
          words={name}
          change={setName}
          error={isTried && !hasWords(name) ? t("quality.needsWords") : null}
        />
        <ol className={classes.cards}>
          {sections.map((section, at) => (
            <SectionCard key={section.id} sections={sections} at={at} isTried={isTried} put={put} />
          ))}
        </ol>
        <Button
          variant="default"
          leftSection={<IconPlus size={15} />}
          disabled={sections.length >= 50}
          onClick={() => put([...sections, newSection()])}
        >
          {t("quality.addSection")}
        </Button>
        {save.isError && <Failure error={save.error} />}
        {isTried && !isReady(name, sections) && <p role="alert">{t("quality.unfinished")}</p>}
        <div className={classes.actions}>
          <span className="muted">
            {form &&
              t("quality.versionOf", {
                version: form.version,
                time: format.dateMinute(form.created_at),
                name: form.created_by || t("quality.shipped"),
              })}{" "}
            {t("quality.pointsInAll", { count: pointsOf(sections) })}
          </span>
          <Button disabled={!isChanged} loading={save.isPending} onClick={send}>
            {t("quality.save")}
          </Button>
        </div>
      </div>
      <Preview content={content} />
    </div>
  );
}

function Existing({ id }: { id: string }) {
  const { t } = useTranslation();
  const words = useWords();
  const mayBuild = useMay("manage_review_forms");
  const form = useReviewForm(id);
  if (form.isPending) return <RowsSkeleton rows={5} />;
  if (form.isError) return <Failure error={form.error} onRetry={() => void form.refetch()} />;
  const isOpen = mayBuild && form.data.retired_at === null;
  return (
    <>
      <h1>{words(form.data.name)}</h1>
      {form.data.retired_at !== null && <p className="muted">{t("quality.isRetired")}</p>}
      {isOpen ? <Editor key={form.data.version} form={form.data} /> : <Preview content={form.data} />}
    </>
  );
}

export default function FormPage({ id }: { id: string }) {
  const { t } = useTranslation();
  return (
    <section className="panel" aria-label={t("quality.form")}>
      <div className={classes.form} style={{ padding: 16 }}>
        <Link href="/quality/forms">{t("quality.forms")}</Link>
        {id === "new" ? (
          <>
            <h1>{t("quality.newForm")}</h1>
            <Editor form={null} />
          </>
        ) : (
          <Existing id={id} />
        )}
      </div>
    </section>
  );
}
