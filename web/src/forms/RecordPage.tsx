import { IconArrowLeft } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import pageClasses from "../parts/Page.module.css";
import { useTitle } from "../parts/useTitle";
import classes from "./Forms.module.css";
import { RecordForm } from "./RecordForm";

/** The record of any attempt, to be read, filled in late, or corrected. */
export default function RecordPage({ attempt }: { attempt: string }) {
  const { t } = useTranslation();
  useTitle(t("callbacks.form"));
  return (
    <div className={classes.page}>
      <Link href="/callbacks" className={pageClasses.back}>
        <IconArrowLeft size={16} aria-hidden /> {t("page.callbacks")}
      </Link>
      <h1>{t("callbacks.form")}</h1>
      <RecordForm attempt={attempt} />
    </div>
  );
}
