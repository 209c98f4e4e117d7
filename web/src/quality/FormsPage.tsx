import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useFormat, useMay } from "../api/queries";
import { ListPanel } from "../parts/ListPanel";
import page from "../parts/Page.module.css";
import { useTell } from "../parts/useTell";
import { itemsOf, pointsOf } from "./building";
import { type ReviewForm, useRetire, useReviewForms, useWords } from "./forms";
import { Sections } from "./Sections";

function Row({ form, mayBuild }: { form: ReviewForm; mayBuild: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  const retire = useRetire(form);
  const tell = useTell();
  const isRetired = form.retired_at !== null;
  const name = words(form.name);
  return (
    <tr>
      <td>
        <Link href={`/quality/forms/${form.id}`}>{name}</Link>
      </td>
      <td>{isRetired ? t("quality.retired") : t("quality.inUse")}</td>
      <td className="num">{form.version}</td>
      <td className="num">{itemsOf(form.sections).length}</td>
      <td className="num">{pointsOf(form.sections)}</td>
      <td>
        {format.dateMinute(form.created_at)} {form.created_by || t("quality.shipped")}
      </td>
      {mayBuild && (
        <td>
          <Button
            size="compact-xs"
            variant="default"
            loading={retire.isPending}
            aria-label={t(isRetired ? "quality.takeBackName" : "quality.retireName", { name })}
            onClick={() => retire.mutate(undefined, { onError: tell.failure })}
          >
            {t(isRetired ? "quality.takeBack" : "quality.retire")}
          </Button>
        </td>
      )}
    </tr>
  );
}

export default function FormsPage() {
  const { t } = useTranslation();
  const mayBuild = useMay("manage_review_forms");
  const forms = useReviewForms();
  const names = ["form", "state", "version", "items", "points", "changed"] as const;
  const columns = names.map((name) => t(`quality.column.${name}`));
  return (
    <div className={page.page}>
      <h1 className="visually-hidden">{t("page.quality")}</h1>
      <Sections here="forms" />
      <ListPanel
        title={t("quality.forms")}
        asked={[forms]}
        tools={
          mayBuild && (
            <Button component={Link} href="/quality/forms/new" size="xs" leftSection={<IconPlus size={15} />}>
              {t("quality.newForm")}
            </Button>
          )
        }
        columns={mayBuild ? [...columns, null] : columns}
        rows={(forms.data?.forms ?? []).map((form) => <Row key={form.id} form={form} mayBuild={mayBuild} />)}
        empty={{ title: t("quality.none"), text: t("quality.noneText") }}
      />
    </div>
  );
}
