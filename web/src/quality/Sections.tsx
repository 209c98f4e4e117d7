import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useMay } from "../api/queries";
import reports from "../reports/ReportsPage.module.css";

/** The pages of quality. */
export function Sections({ here }: { here: "inbox" | "plans" | "forms" }) {
  const { t } = useTranslation();
  const mayPlan = useMay("manage_sampling");
  const ways = [
    { name: "inbox", href: "/quality/inbox" },
    ...(mayPlan ? [{ name: "plans", href: "/quality/plans" } as const] : []),
    { name: "forms", href: "/quality" },
  ] as const;
  return (
    <nav className={reports.sections} aria-label={t("page.quality")}>
      {ways.map(({ name, href }) => (
        <Link key={name} href={href} aria-current={name === here ? "page" : undefined}>
          {t(`sampling.section.${name}`)}
        </Link>
      ))}
    </nav>
  );
}
